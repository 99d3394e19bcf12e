"""
defect: backward uses 1 - x**2 with the input instead of the output
"""

import numpy as np


class Tanh:
    def forward(self, x):
        out = np.tanh(x)
        self.vjp = lambda up: up * (1 - x) * (1 + x)
        return out

    def backward(self, d_out):
        return self.vjp(d_out)
