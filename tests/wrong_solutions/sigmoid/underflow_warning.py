"""
defect: backward divides by the output, which is 0 for very negative x: NaN with a warning there
"""

import numpy as np


def squash(x):
    return np.exp(-np.logaddexp(x.dtype.type(0), -x))


class Sigmoid:
    def forward(self, x):
        self.x = np.array(x)
        return squash(x)

    def backward(self, d_out):
        s, r = squash(self.x), squash(-self.x)
        return d_out * (s * s * r) / s
