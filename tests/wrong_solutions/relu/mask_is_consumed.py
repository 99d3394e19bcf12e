"""
defect: backward throws the saved mask away, so a second backward fails
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
        out, self.pull = rectify(x)
        return out

    def backward(self, d_out):
        pull, self.pull = self.pull, None
        return pull(d_out)
