"""Momentum, one number at a time."""

import numpy as np


class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        if lr <= 0:
            raise ValueError("lr must be above 0 but is " + repr(lr))
        if momentum < 0 or momentum >= 1:
            raise ValueError("momentum must be in [0, 1) but is " + repr(momentum))
        self.params, self.lr, self.momentum = params, lr, momentum
        self.v = [np.zeros(np.shape(p)) for p in params]

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"{len(grads)} grads do not fit {len(self.params)} params")
        for p, v, g in zip(self.params, self.v, grads):
            for index in np.ndindex(*p.shape):
                v[index] = self.momentum * v[index] - self.lr * g[index]
                p[index] += v[index]
