"""One long velocity for all parameters, with a view into it for each."""

import numpy as np


class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        if not lr > 0:
            raise ValueError(f"lr={lr} must be positive")
        if not (momentum >= 0 and momentum < 1):
            raise ValueError(f"momentum={momentum} must be in [0, 1)")
        self.params = params
        self.lr, self.momentum = lr, momentum
        sizes = [p.size for p in params]
        self.velocity = np.zeros(sum(sizes))
        self.views = np.split(self.velocity, np.cumsum(sizes)[:-1])

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads holds {len(grads)} arrays instead of {len(self.params)}")
        self.velocity *= self.momentum
        self.velocity -= self.lr * np.concatenate([np.ravel(g) for g in grads])
        for p, view in zip(self.params, self.views):
            p += view.reshape(p.shape)
