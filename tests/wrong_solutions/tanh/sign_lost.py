"""
defect: negative inputs give positive outputs
"""

import numpy as np


class Tanh:
    def forward(self, x):
        q = np.exp(-2 * np.abs(x))
        self.t = (1 - q) / (1 + q)
        self.s = 4 * q / (1 + q) ** 2
        return self.t.copy()

    def backward(self, d_out):
        return d_out * self.s
