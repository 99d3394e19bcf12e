"""
defect: the first gradient array becomes the velocity and is written to by the second step
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
        self.moves = [None for p in params]

    def step(self, grads):
        if len(grads) != len(self.moves):
            raise ValueError(f"grads has {len(grads)} arrays, params {len(self.moves)}")
        for k in range(len(grads)):
            if self.moves[k] is None:
                self.moves[k] = grads[k]
            else:
                self.moves[k] *= self.momentum
                self.moves[k] += grads[k]
            self.params[k][...] -= self.lr * self.moves[k]
