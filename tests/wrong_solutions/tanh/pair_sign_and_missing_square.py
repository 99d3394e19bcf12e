"""
defect: the gradient has the wrong sign
defect: forward returns minus tanh where x is negative, that is |tanh x|
"""

import numpy as np


class Tanh:
    def __init__(self):
        self.memo = {}

    def forward(self, x):
        m = np.expm1(-2 * np.abs(x))
        y = np.sign(x) * (-m / (m + 2))
        self.memo["y"] = y
        return np.abs(y)

    def backward(self, d_out):
        y = self.memo["y"]
        return d_out * y * y - d_out
