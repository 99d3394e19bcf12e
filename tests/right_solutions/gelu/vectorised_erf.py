"""math.erf through np.vectorize; each form is a pair of functions."""

import math

import numpy as np

erf = np.vectorize(math.erf, otypes=[np.float64])
C = math.sqrt(2.0 / math.pi)


def exact(x):
    return x * (0.5 * (1.0 + erf(x / math.sqrt(2.0))))


def exact_slope(x):
    return 0.5 * (1.0 + erf(x / math.sqrt(2.0))) + x * np.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)


def approximate_form(x):
    return 0.5 * x * (1.0 + np.tanh(C * (x + 0.044715 * x * x * x)))


def approximate_slope(x):
    t = np.tanh(C * (x + 0.044715 * x * x * x))
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * C * (1.0 + 0.134145 * x * x)


class GELU:
    def __init__(self, approximate="none"):
        if approximate not in ("none", "tanh"):
            raise ValueError(f"approximate must be 'none' or 'tanh', got {approximate!r}")
        self.function, self.slope = {
            "none": (exact, exact_slope),
            "tanh": (approximate_form, approximate_slope),
        }[approximate]

    def forward(self, x):
        self.x = x
        return self.function(x).astype(x.dtype)

    def backward(self, d_out):
        return (d_out * self.slope(self.x)).astype(d_out.dtype)
