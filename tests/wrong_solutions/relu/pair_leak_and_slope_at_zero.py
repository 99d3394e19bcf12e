"""
defect: negative values are multiplied by 0.1 in forward
defect: the derivative at exactly 0 is 1
"""

import numpy as np


def rectify(x):
    alive = np.greater(x, 0)
    zero = np.zeros((), dtype=x.dtype)

    def pull(up):
        return np.where(alive | (x == 0), up, up.dtype.type(0))

    return np.where(alive, x, x * x.dtype.type(0.1)), pull


class ReLU:
    pull = None

    def forward(self, x):
        out, self.pull = rectify(x)
        return out

    def backward(self, d_out):
        return self.pull(d_out)
