"""
defect: d_out is walked in memory order, x in row-major order
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
        return np.array(self.values, dtype=x.dtype).reshape(x.shape)

    def backward(self, d_out):
        g = [s * (1.0 - s) * float(u) for s, u in zip(self.values, np.nditer(d_out))] if d_out.size else []
        return np.array(g, dtype=d_out.dtype).reshape(d_out.shape)
