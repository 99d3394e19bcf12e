"""
defect: backward uses out * (1 - out), the slope of the sigmoid
"""

import numpy as np


class Tanh:
    def forward(self, x):
        out = np.tanh(x)
        self.vjp = lambda up: up * (1 - out) * out
        return out

    def backward(self, d_out):
        return self.vjp(d_out)
