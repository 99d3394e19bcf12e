"""
defect: backward writes its result into d_out
"""

import numpy as np


class Tanh:
    def __init__(self):
        self.memo = {}

    def forward(self, x):
        m = np.expm1(-2 * np.abs(x))
        y = np.sign(x) * (-m / (m + 2))
        self.memo["y"] = y
        return np.array(y)

    def backward(self, d_out):
        y = self.memo["y"]
        d_out -= d_out * y * y
        return d_out
