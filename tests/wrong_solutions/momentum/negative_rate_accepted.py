"""
defect: a negative lr is accepted
"""

import numpy as np


def rider(p, lr, momentum):
    v = np.zeros(p.shape)

    def ride(g):
        nonlocal v
        v = v * momentum + g
        p[...] = p - lr * v

    return ride


class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        if lr == 0:
            raise ValueError("lr is %r" % lr)
        if momentum < 0 or not momentum < 1:
            raise ValueError("momentum is %r" % momentum)
        self.riders = [rider(p, lr, momentum) for p in params]

    def step(self, grads):
        if len(self.riders) != len(grads):
            raise ValueError("%d grads for %d params" % (len(grads), len(self.riders)))
        for ride, g in zip(self.riders, grads):
            ride(g)
