"""
defect: the ValueError for a bad lr has no message
"""

import numpy as np


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        if lr <= 0:
            raise ValueError
        if momentum < 0 or momentum >= 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params, self.lr, self.momentum = params, lr, momentum
        self.ends = np.cumsum([0] + [p.size for p in params])
        self.speed = np.zeros(self.ends[-1])

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"{len(grads)} grads for {len(self.params)} params")
        self.speed *= self.momentum
        for g, start, end in zip(grads, self.ends, self.ends[1:]):
            self.speed[start:end] += np.ravel(g)
        for p, start, end in zip(self.params, self.ends, self.ends[1:]):
            p -= self.lr * self.speed[start:end].reshape(p.shape)
