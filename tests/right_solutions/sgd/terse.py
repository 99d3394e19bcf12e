import numpy as np


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        if not (lr > 0 and 0 <= momentum < 1):
            raise ValueError(f"lr must be > 0 and momentum in [0, 1): {lr=}, {momentum=}")
        self.p, self.lr, self.m, self.v = params, lr, momentum, [0.0] * len(params)

    def step(self, grads):
        if len(grads) != len(self.p):
            raise ValueError(f"grads: expected {len(self.p)} arrays, got {len(grads)}")
        self.v = [self.m * v + g for v, g in zip(self.v, grads)]
        for p, v in zip(self.p, self.v):
            np.subtract(p, self.lr * v, out=p)
