"""A dictionary of velocities by position, and flat views of the parameters."""

import numpy as np


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        for name, value, fine in (("lr", lr, lr > 0), ("momentum", momentum, 0 <= momentum < 1)):
            if not fine:
                raise ValueError(f"{name} out of range: {value}")
        self.params, self.lr, self.momentum = params, lr, momentum
        self.v = {}

    def step(self, grads):
        if len(self.params) != len(grads):
            raise ValueError(f"{len(self.params)} params but {len(grads)} grads")
        for i, g in enumerate(grads):
            old = self.v[i] if i in self.v else np.zeros_like(g)
            self.v[i] = old * self.momentum + g
            self.params[i][...] -= self.lr * self.v[i]
