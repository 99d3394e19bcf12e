"""
defect: inputs below 0.05 in magnitude are returned as they are
"""

import numpy as np


class Tanh:
    def __init__(self):
        self.memo = {}

    def forward(self, x):
        m = np.expm1(-2 * np.abs(x))
        y = np.sign(x) * (-m / (m + 2))
        self.memo["y"] = y
        return np.where(np.abs(x) < 0.05, x, y)

    def backward(self, d_out):
        y = self.memo["y"]
        return d_out - d_out * y * y
