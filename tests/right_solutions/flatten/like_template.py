"""Remembers an empty array of the right shape instead of the shape."""

import numpy as np


class Flatten:
    def forward(self, x):
        self.template = np.empty(x.shape, dtype=x.dtype)
        return np.concatenate([x[n : n + 1].reshape(1, -1) for n in range(x.shape[0])], axis=0)

    def backward(self, d_out):
        d_x = np.zeros_like(self.template, dtype=d_out.dtype)
        d_x.flat = d_out.flat
        return d_x
