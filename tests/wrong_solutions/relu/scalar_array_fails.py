"""
defect: an array with no axis fails: the places are found by np.argwhere rows
"""

import numpy as np


class ReLU:
    def forward(self, x):
        self.dead = tuple(np.argwhere(x <= 0).T) if x.ndim else tuple(np.array([0]))
        y = np.array(x)
        y[self.dead] = 0
        return y

    def backward(self, d_out):
        g = np.array(d_out)
        g[self.dead] = 0
        return g
