"""
defect: with momentum 0 the velocity is not kept but the step is that of the previous gradient from the second step on
"""

import numpy as np


def walker(p, lr, momentum):
    v = np.zeros(p.shape)
    while True:
        g = yield
        now, v = (momentum * v + g, momentum * v + g) if momentum else (v if v.any() else g, g)
        np.subtract(p, lr * now, out=p, casting="same_kind")


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
