"""
defect: the exponentials have the sign of x, so large negative values overflow to NaN
"""

import numpy as np


class Tanh:
    def __init__(self):
        self.memo = {}

    def forward(self, x):
        m = np.expm1(-2 * x)
        y = -m / (m + 2)
        self.memo["y"] = y
        return np.array(y)

    def backward(self, d_out):
        y = self.memo["y"]
        return d_out - d_out * y * y
