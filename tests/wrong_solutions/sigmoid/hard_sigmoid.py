"""
defect: forward is the piecewise linear clip(x/4 + 1/2, 0, 1)
"""

import numpy as np


class Sigmoid:
    def forward(self, x):
        decay = np.exp(-np.abs(x))
        upper = 1 / (1 + decay)
        lower = decay / (1 + decay)
        out = np.clip(x / 4 + x.dtype.type(0.5), 0, 1)
        self.slope = upper * lower
        return out

    def backward(self, d_out):
        return self.slope * d_out
