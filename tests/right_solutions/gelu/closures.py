"""The constructor picks a function that returns the output together with its derivative."""

from math import erf, exp, pi, sqrt

import numpy as np


def _exact(v):
    phi = 0.5 + 0.5 * erf(v / sqrt(2))
    return v * phi, phi + v * exp(-0.5 * v * v) / sqrt(2 * pi)


def _make(approximate):
    if approximate == "none":
        both = np.frompyfunc(_exact, 1, 2)
        return lambda x: tuple(np.asarray(part, dtype=x.dtype) for part in both(x.astype(float)))

    def tanh_form(x):
        inner = x + np.multiply(0.044715, np.power(x, 3))
        t = np.tanh(np.multiply(sqrt(2 / pi), inner))
        d_inner = 1 + np.multiply(0.134145, np.square(x))
        slope = (1 + t) / 2 + x / 2 * (1 - np.square(t)) * (sqrt(2 / pi) * d_inner)
        return x / 2 * (1 + t), slope

    return tanh_form


class GELU:
    def __init__(self, approximate="none"):
        self._both = _make(approximate)

    def forward(self, x):
        out, self._slope = self._both(x)
        return out

    def backward(self, d_out):
        return np.multiply(d_out, self._slope)
