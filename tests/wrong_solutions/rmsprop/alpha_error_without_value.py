"""
defect: the ValueError for a bad alpha has no message
"""

import numpy as np


class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        if alpha < 0 or alpha >= 1:
            raise ValueError
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr, self.alpha, self.eps = lr, alpha, eps
        self.s = np.zeros(sum(p.size for p in params))

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads holds {len(grads)} arrays, params {len(self.params)}")
        if not grads:
            return
        g = np.concatenate([np.asarray(a, dtype=float).ravel() for a in grads])
        self.s = self.alpha * self.s + (1 - self.alpha) * g**2
        move = -self.lr * g / (self.s**0.5 + self.eps)
        start = 0
        for p in self.params:
            p += move[start : start + p.size].reshape(p.shape)
            start += p.size
