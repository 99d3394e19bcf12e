"""tanh(x) = 2 sigmoid(2x) - 1."""

import numpy as np


def _sigmoid(z):
    out = np.empty_like(z)
    up = z >= 0
    out[up] = 1 / (1 + np.exp(-z[up]))
    e = np.exp(z[~up])
    out[~up] = e / (1 + e)
    return out


class Tanh:
    def forward(self, x):
        # half of the largest float is the largest one that may be doubled
        limit = x.dtype.type(1000)
        self.s = _sigmoid(2 * np.clip(x, -limit, limit))
        return 2 * self.s - 1

    def backward(self, d_out):
        return 4 * self.s * (1 - self.s) * d_out
