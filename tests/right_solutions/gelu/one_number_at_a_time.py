"""Plain Python on single numbers, with erfc for the tail."""

import math

import numpy as np


def _cdf_and_density(x, approximate):
    if approximate == "tanh":
        k = math.sqrt(2 / math.pi)
        t = math.tanh(k * (x + 0.044715 * x**3))
        return (1 + t) / 2, (1 - t**2) / 2 * k * (1 + 3 * 0.044715 * x**2)
    return math.erfc(-x / math.sqrt(2)) / 2, math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


class GELU:
    def __init__(self, approximate="none"):
        self.approximate = approximate

    def forward(self, x):
        self.slopes = np.empty(x.shape, dtype=x.dtype)
        out = np.empty(x.shape, dtype=x.dtype)
        for where in np.ndindex(*x.shape):
            value = float(x[where])
            cdf, density = _cdf_and_density(value, self.approximate)
            out[where] = value * cdf
            self.slopes[where] = cdf + value * density
        return out

    def backward(self, d_out):
        d_x = np.empty(d_out.shape, dtype=d_out.dtype)
        for where in np.ndindex(*d_out.shape):
            d_x[where] = d_out[where] * self.slopes[where]
        return d_x
