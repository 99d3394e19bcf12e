"""
defect: a parameter that is not contiguous is copied at construction and the copy is trained
"""

import itertools

import numpy as np


def track(p, lr, b1, b2, eps):
    p = np.ascontiguousarray(p)
    m = np.zeros(p.shape)
    v = np.zeros(p.shape)
    for t in itertools.count(1):
        g = yield
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * np.square(g, dtype=float)
        rate = lr / (1 - b1**t)
        p[...] = p - rate * m / (np.sqrt(v / (1 - b2**t)) + eps)


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        if not lr > 0:
            raise ValueError("lr %r" % lr)
        if not (0 <= betas[0] < 1 and 0 <= betas[1] < 1):
            raise ValueError("betas %r" % (betas,))
        if not eps >= 0:
            raise ValueError("eps %r" % eps)
        self.tracks = [track(p, lr, *betas, eps) for p in params]
        for t in self.tracks:
            next(t)

    def step(self, grads):
        if len(grads) != len(self.tracks):
            raise ValueError("grads %d, params %d" % (len(grads), len(self.tracks)))
        for t, g in zip(self.tracks, grads):
            t.send(g)
