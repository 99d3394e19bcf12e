"""
defect: forward is 2*sigmoid(x) - 1, that is tanh(x / 2), with the slope of tanh(x)
"""

import numpy as np


class Tanh:
    def forward(self, x):
        q = np.exp(-2 * np.abs(x))
        r = np.exp(-np.abs(x))
        self.t = np.copysign((1 - r) / (1 + r), x)
        self.s = 4 * q / (1 + q) ** 2
        return self.t.copy()

    def backward(self, d_out):
        return d_out * self.s
