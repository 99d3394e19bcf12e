"""
defect: the first gradient array is kept as the velocity without a copy, so a caller that reuses its buffer changes the velocity
"""

import numpy as np


def walker(p, lr, momentum):
    v = None
    while True:
        g = yield
        v = g if v is None else momentum * v + g
        np.subtract(p, lr * v, out=p, casting="same_kind")


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        if not lr > 0:
            raise ValueError("lr=%r" % lr)
        if not 0 <= momentum < 1:
            raise ValueError("momentum=%r" % momentum)
        self.walkers = [walker(p, lr, momentum) for p in params]
        for w in self.walkers:
            next(w)

    def step(self, grads):
        if len(grads) != len(self.walkers):
            raise ValueError("grads: got %d, need %d" % (len(grads), len(self.walkers)))
        for w, g in zip(self.walkers, grads):
            w.send(g)
