"""
defect: the slope lacks its factor 4
defect: forward computes tanh(2x) values: the decay is exp(-4|x|) for the output only
"""

import numpy as np


class Tanh:
    def forward(self, x):
        q = np.exp(-2 * np.abs(x))
        self.t = np.copysign((1 - q * q) / (1 + q * q), x)
        self.s = q / (1 + q) ** 2
        return self.t.copy()

    def backward(self, d_out):
        return d_out * self.s
