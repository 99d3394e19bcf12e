"""
defect: the output of an array with more than two axes comes back as (N, rest)
"""

import math

import numpy as np


def one(v):
    if v >= 0:
        return 1.0 / (1.0 + math.exp(-v))
    e = math.exp(v)
    return e / (1.0 + e)


class Sigmoid:
    def forward(self, x):
        self.values = [one(float(v)) for v in np.nditer(x, order="C")] if x.size else []
        return np.array(self.values, dtype=x.dtype).reshape(x.shape if x.ndim < 3 else (len(x), -1))

    def backward(self, d_out):
        g = [s * (1.0 - s) * float(u) for s, u in zip(self.values, np.nditer(d_out, order="C"))] if d_out.size else []
        return np.array(g, dtype=d_out.dtype).reshape(d_out.shape)
