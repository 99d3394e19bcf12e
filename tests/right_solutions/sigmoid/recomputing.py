"""Remembers only the input, and computes the slope from its own formula."""

import numpy as np


class Sigmoid:
    def forward(self, x):
        self._x = np.array(x, copy=True)
        small = np.exp(-np.fabs(x))
        positive = 1 / (1 + small)
        return np.where(np.signbit(x), 1 - positive, positive)

    def backward(self, d_out):
        # the slope is even: exp(-|x|) / (1 + exp(-|x|))^2
        small = np.exp(-np.fabs(self._x))
        return d_out * (small / np.square(1 + small))
