"""
defect: negative values are multiplied by 0.01 in forward instead of becoming 0
"""

import numpy as np


def rectify(x):
    alive = np.greater(x, 0)
    zero = np.zeros((), dtype=x.dtype)

    def pull(up):
        return np.where(alive, up, up.dtype.type(0))

    return np.where(alive, x, x * x.dtype.type(0.01)), pull


class ReLU:
    pull = None

    def forward(self, x):
        out, self.pull = rectify(x)
        return out

    def backward(self, d_out):
        return self.pull(d_out)
