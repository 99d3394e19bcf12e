"""RMSprop, one number at a time."""

import math

import numpy as np


class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        if alpha < 0 or alpha >= 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if eps < 0:
            raise ValueError(f"eps must be zero or more, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self.cache = [np.zeros(p.shape) for p in params]

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"got {len(grads)} grads for {len(self.params)} params")
        for k, p in enumerate(self.params):
            s, g = self.cache[k], grads[k]
            for index in np.ndindex(*p.shape):
                s[index] = self.alpha * s[index] + (1 - self.alpha) * g[index] * g[index]
                p[index] -= self.lr * g[index] / (math.sqrt(s[index]) + self.eps)
