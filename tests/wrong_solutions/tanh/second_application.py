"""
defect: backward applies tanh to the saved output again before squaring it
"""

import numpy as np


class Tanh:
    def forward(self, x):
        out = np.tanh(x)
        self.vjp = lambda up: up * (1 - np.tanh(out) ** 2)
        return out

    def backward(self, d_out):
        return self.vjp(d_out)
