"""
defect: past gradients are kept by reference, so a caller that reuses its gradient buffer changes the velocity
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
        self.past = [[] for p in params]

    def step(self, grads):
        if len(grads) != len(self.past):
            raise ValueError(f"grads has {len(grads)} arrays, params {len(self.past)}")
        for k in range(len(grads)):
            self.past[k].append(grads[k])
            v = 0.0
            for g in self.past[k]:
                v = self.momentum * v + g
            self.params[k][...] -= self.lr * v
