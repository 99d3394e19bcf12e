"""SGD, one number at a time."""

import numpy as np


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        if lr <= 0:
            raise ValueError("lr must be positive, got " + str(lr))
        if momentum < 0 or momentum >= 1:
            raise ValueError("momentum must lie in [0, 1), got " + str(momentum))
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self.velocity = []
        for p in params:
            self.velocity.append(np.zeros(p.shape))

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"got {len(grads)} grads for {len(self.params)} params")
        for k in range(len(self.params)):
            p, v, g = self.params[k], self.velocity[k], grads[k]
            for index in np.ndindex(p.shape):
                v[index] = self.momentum * v[index] + g[index]
                p[index] = p[index] - self.lr * v[index]
