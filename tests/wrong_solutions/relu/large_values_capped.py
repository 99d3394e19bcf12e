"""
defect: values above 1e6 are cut to 1e6
"""

import numpy as np


def rectify(x):
    alive = np.greater(x, 0)
    zero = np.zeros((), dtype=x.dtype)

    def pull(up):
        return np.where(alive, up, up.dtype.type(0))

    return np.where(alive, np.minimum(x, x.dtype.type(1e6)), zero), pull


class ReLU:
    pull = None

    def forward(self, x):
        out, self.pull = rectify(x)
        return out

    def backward(self, d_out):
        return self.pull(d_out)
