"""
defect: the output is remembered by the first forward only
"""

import numpy as np


class Sigmoid:
    def forward(self, x):
        y = np.empty_like(x)
        right = x >= 0
        y[right] = 1 / (1 + np.exp(-x[right]))
        t = np.exp(x[~right])
        y[~right] = t / (1 + t)
        self.y = y if getattr(self, "y", None) is None or self.y.shape != y.shape else self.y
        return y.copy()

    def backward(self, d_out):
        return d_out * (self.y - self.y * self.y)
