"""
defect: forward answers float64 to float32 input
"""

import numpy as np


class ReLU:
    def forward(self, x):
        self.dead = np.nonzero(x <= 0)
        y = np.array(x, dtype=float)
        y[self.dead] = 0
        return y

    def backward(self, d_out):
        g = np.array(d_out)
        g[self.dead] = 0
        return g
