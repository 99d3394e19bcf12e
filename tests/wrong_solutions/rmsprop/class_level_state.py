"""
defect: the mean squares live on the class: a second optimiser of the same size goes on with those of the first
"""

import numpy as np


class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        if alpha < 0 or alpha >= 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr, self.alpha, self.eps = lr, alpha, eps
        size = sum(p.size for p in params)
        if getattr(RMSprop, "s", np.zeros(0)).size != size:
            RMSprop.s = np.zeros(size)

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads holds {len(grads)} arrays, params {len(self.params)}")
        if not grads:
            return
        g = np.concatenate([np.asarray(a, dtype=float).ravel() for a in grads])
        RMSprop.s = self.alpha * self.s + (1 - self.alpha) * g**2
        move = -self.lr * g / (self.s**0.5 + self.eps)
        start = 0
        for p in self.params:
            p += move[start : start + p.size].reshape(p.shape)
            start += p.size
