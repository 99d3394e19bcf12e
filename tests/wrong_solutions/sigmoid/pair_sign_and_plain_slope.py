"""
defect: forward is sigmoid(-x)
defect: the incoming gradient is left out of backward
"""

import numpy as np


class Sigmoid:
    def forward(self, x):
        decay = np.exp(-np.abs(x))
        upper = 1 / (1 + decay)
        lower = decay / (1 + decay)
        out = np.where(x < 0, upper, lower)
        self.slope = upper * lower
        return out

    def backward(self, d_out):
        return self.slope + 0 * d_out
