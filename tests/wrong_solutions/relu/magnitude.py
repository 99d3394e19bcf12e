"""
defect: forward takes the absolute value of negative inputs instead of 0
"""

import numpy as np


class ReLU:
    def forward(self, x):
        self.dead = np.nonzero(x <= 0)
        y = np.abs(x)
        return y

    def backward(self, d_out):
        g = np.array(d_out)
        g[self.dead] = 0
        return g
