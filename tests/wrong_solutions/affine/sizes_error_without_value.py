"""
defect: the ValueError for sizes below 1 names neither argument nor value
"""

import numpy as np


class Affine:
    def __init__(self, in_features, out_features, rng=None):
        if in_features < 1 or out_features < 1:
            raise ValueError("invalid size")
        gen = np.random.default_rng() if rng is None else rng
        spread = np.sqrt(2.0 / in_features)
        self.weight = gen.normal(size=(in_features, out_features)) * spread
        self.bias = np.zeros(out_features)

    def forward(self, x):
        self.samples = [np.array(s).ravel() for s in x]
        self.form = x.shape
        for s in self.samples:
            if s.size != self.weight.shape[0]:
                raise ValueError(f"a sample of x has {s.size} numbers, in_features is {self.weight.shape[0]}")
        return np.stack([s @ self.weight + self.bias for s in self.samples])

    def backward(self, d_out):
        dw = np.zeros(self.weight.shape)
        db = np.zeros(self.bias.shape)
        dx = []
        for s, g in zip(self.samples, d_out):
            dw += np.outer(s, g)
            db += g
            dx.append(self.weight @ g)
        return np.array(dx).reshape(self.form), dw, db
