"""
defect: x and d_out are walked in memory order, wrong for transposed arrays
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
        self.values = [one(float(v)) for v in np.nditer(x)] if x.size else []
        return np.array(self.values, dtype=x.dtype).reshape(x.shape)

    def backward(self, d_out):
        g = [s * (1.0 - s) * float(u) for s, u in zip(self.values, np.nditer(d_out))] if d_out.size else []
        return np.array(g, dtype=d_out.dtype).reshape(d_out.shape)
