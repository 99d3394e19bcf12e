"""
defect: a wrong number of gradients raises AssertionError instead of ValueError
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
        self.moves = [np.zeros(np.shape(p)) for p in params]

    def step(self, grads):
        if len(grads) != len(self.moves):
            raise AssertionError(f"grads has {len(grads)} arrays, params {len(self.moves)}")
        for k in range(len(grads)):
            self.moves[k] = self.momentum * self.moves[k] - self.lr * grads[k]
            self.params[k][...] += self.moves[k]
