"""
defect: forward writes the zeros into x
defect: backward writes the zeros into d_out
"""

import numpy as np


class ReLU:
    def forward(self, x):
        self.dead = np.nonzero(x <= 0)
        y = x
        y[self.dead] = 0
        return y

    def backward(self, d_out):
        g = d_out
        g[self.dead] = 0
        return g
