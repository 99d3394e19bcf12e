"""
defect: the incoming gradient is left out
"""

import numpy as np


class Tanh:
    def forward(self, x):
        q = np.exp(-2 * np.abs(x))
        self.t = np.copysign((1 - q) / (1 + q), x)
        self.s = 4 * q / (1 + q) ** 2
        return self.t.copy()

    def backward(self, d_out):
        return self.s + 0 * d_out
