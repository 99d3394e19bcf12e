"""
defect: the ValueError for bad betas has no message
"""

import numpy as np


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        if any(b < 0 or b >= 1 for b in betas):
            raise ValueError
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params, self.lr, self.eps = params, lr, eps
        self.betas = np.array(betas, dtype=float)
        self.moments = [np.zeros((2,) + p.shape) for p in params]
        self.calls = 0

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"{len(grads)} grads for {len(self.params)} params")
        self.calls += 1
        missing = 1 - self.betas**self.calls
        for p, g, both in zip(self.params, grads, self.moments):
            powers = np.stack([np.asarray(g, dtype=float), np.asarray(g, dtype=float) ** 2])
            b = self.betas.reshape((2,) + (1,) * p.ndim)
            both += (1 - b) * (powers - both)
            first, second = both / missing.reshape(b.shape)
            p -= self.lr * first / (np.sqrt(second) + self.eps)
