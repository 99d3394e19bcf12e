"""By hand, without np.tanh."""

import numpy as np


class Tanh:
    def __init__(self):
        self.out = None

    def forward(self, x):
        small = np.exp(-2 * np.absolute(x))
        self.out = np.sign(x) * (1 - small) / (1 + small)
        return self.out.copy()

    def backward(self, d_out):
        return d_out - d_out * self.out * self.out
