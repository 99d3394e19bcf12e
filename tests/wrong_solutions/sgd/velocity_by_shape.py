"""
defect: velocities are kept by shape, so parameters of one shape share one
"""

import numpy as np


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        for bad, message in ((lr <= 0, f"lr {lr}"), (momentum < 0 or momentum >= 1, f"momentum {momentum}")):
            if bad:
                raise ValueError(message)
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self.moves = {np.shape(p): np.zeros(np.shape(p)) for p in params}

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads has {len(grads)} arrays, params {len(self.params)}")
        for k in range(len(grads)):
            s = np.shape(grads[k])
            self.moves[s] = self.momentum * self.moves[s] - self.lr * grads[k]
            self.params[k][...] += self.moves[s]
