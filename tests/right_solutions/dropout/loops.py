"""Dropout, one element at a time."""

import numpy as np


class Dropout:
    def __init__(self, p=0.5, rng=None):
        if not (p >= 0 and p < 1):
            raise ValueError("p must lie in [0, 1), but is " + str(p))
        self.p = p
        self.rng = rng
        if self.rng is None:
            self.rng = np.random.default_rng()
        self.dropped = set()
        self.factor = 1.0

    def forward(self, x, training=True):
        out = x.copy()
        self.dropped = set()
        self.factor = 1.0
        if not training:
            return out
        self.factor = 1.0 / (1.0 - self.p)
        for index in np.ndindex(*x.shape):
            if self.rng.uniform() < self.p:
                out[index] = 0
                self.dropped.add(index)
            else:
                out[index] = x[index] * self.factor
        return out

    def backward(self, d_out):
        d_x = np.zeros(d_out.shape, dtype=d_out.dtype)
        for index in np.ndindex(*d_out.shape):
            if index not in self.dropped:
                d_x[index] = d_out[index] * self.factor
        return d_x
