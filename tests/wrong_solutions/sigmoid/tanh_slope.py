"""
defect: backward uses 1 - out**2, the slope of tanh
"""

import numpy as np


class Sigmoid:
    def forward(self, x):
        y = np.empty_like(x)
        right = x >= 0
        y[right] = 1 / (1 + np.exp(-x[right]))
        t = np.exp(x[~right])
        y[~right] = t / (1 + t)
        self.y = y
        return y.copy()

    def backward(self, d_out):
        return d_out * (1 - self.y * self.y)
