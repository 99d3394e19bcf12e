"""
defect: the saved mask belongs to the class, so two layers overwrite each other's
"""

import numpy as np


def rectify(x):
    alive = np.greater(x, 0)
    zero = np.zeros((), dtype=x.dtype)

    def pull(up):
        return np.where(alive, up, up.dtype.type(0))

    return np.where(alive, x, zero), pull


class ReLU:
    pull = None

    def forward(self, x):
        out, pull = rectify(x)
        type(self).pull = staticmethod(pull)
        return out

    def backward(self, d_out):
        return self.pull(d_out)
