"""
defect: the saved outputs lie in one dict shared by all layers
"""

import numpy as np


class Tanh:
    memo = {}

    def forward(self, x):
        m = np.expm1(-2 * np.abs(x))
        y = np.sign(x) * (-m / (m + 2))
        self.memo["y"] = y
        return np.array(y)

    def backward(self, d_out):
        y = self.memo["y"]
        return d_out - d_out * y * y
