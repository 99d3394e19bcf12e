"""
defect: the first gradient array is kept as the velocity without a copy, so a caller that reuses its buffer changes the velocity
"""

import numpy as np


def rider(p, lr, momentum):
    v = None

    def ride(g):
        nonlocal v
        v = g if v is None else v * momentum + g
        p[...] = p - lr * v

    return ride


class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        if not lr > 0:
            raise ValueError("lr is %r" % lr)
        if momentum < 0 or not momentum < 1:
            raise ValueError("momentum is %r" % momentum)
        self.riders = [rider(p, lr, momentum) for p in params]

    def step(self, grads):
        if len(self.riders) != len(grads):
            raise ValueError("%d grads for %d params" % (len(grads), len(self.riders)))
        for ride, g in zip(self.riders, grads):
            ride(g)
