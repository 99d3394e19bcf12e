"""
defect: x is clipped to [-3, 3]
"""

import numpy as np


class Tanh:
    def __init__(self):
        self.memo = {}

    def forward(self, x):
        m = np.expm1(-2 * np.minimum(np.abs(x), 3))
        y = np.sign(x) * (-m / (m + 2))
        self.memo["y"] = y
        return np.array(y)

    def backward(self, d_out):
        y = self.memo["y"]
        return d_out - d_out * y * y
