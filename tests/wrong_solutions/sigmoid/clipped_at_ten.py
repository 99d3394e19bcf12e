"""
defect: x is clipped to [-10, 10] before the sigmoid
"""

import numpy as np


def squash(x):
    return np.exp(-np.logaddexp(x.dtype.type(0), -x))


class Sigmoid:
    def forward(self, x):
        self.x = np.array(x)
        return squash(np.clip(x, -10, 10))

    def backward(self, d_out):
        s, r = squash(self.x), squash(-self.x)
        return d_out * s * r
