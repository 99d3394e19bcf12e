"""The corrections go into the rate, and eps with them, so that it means what it should."""

import numpy as np


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        if lr <= 0:
            raise ValueError(f"Invalid lr: {lr}")
        if not 0.0 <= betas[0] < 1.0:
            raise ValueError(f"Invalid betas[0]: {betas[0]}")
        if not 0.0 <= betas[1] < 1.0:
            raise ValueError(f"Invalid betas[1]: {betas[1]}")
        if eps < 0.0:
            raise ValueError(f"Invalid eps: {eps}")
        self.lr, self.betas, self.eps = lr, tuple(betas), eps
        self.slots = [(p, np.zeros_like(p), np.zeros_like(p)) for p in params]
        self.powers = np.ones(2)

    def step(self, grads):
        if len(grads) != len(self.slots):
            raise ValueError(f"Invalid grads: length {len(grads)}, expected {len(self.slots)}")
        self.powers *= self.betas
        first, second = 1 - self.powers
        root = np.sqrt(second)
        for (p, m, v), g in zip(self.slots, grads):
            m += (1 - self.betas[0]) * (g - m)
            v += (1 - self.betas[1]) * (g**2 - v)
            p -= (self.lr * root / first) * m / (np.sqrt(v) + self.eps * root)
