"""
defect: backward computes the slope inside its own saved output, so a second backward is wrong
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
        self.y -= self.y * self.y
        return d_out * self.y
