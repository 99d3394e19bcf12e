"""
defect: the first gradient array becomes the velocity and is written to by the second step
"""

import numpy as np


def rider(p, lr, momentum):
    v = None

    def ride(g):
        nonlocal v
        if v is None:
            v = g
        else:
            v *= momentum
            v += g
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
