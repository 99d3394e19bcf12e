"""Remembers the output: it is positive exactly where the input was."""

import numpy as np


class ReLU:
    def forward(self, x):
        self._out = np.maximum(x, 0)
        return self._out.copy()

    def backward(self, d_out):
        return np.sign(self._out).astype(d_out.dtype) * d_out
