"""The weight is stored as PyTorch stores it, (out, in), and shown as a transposed view."""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        if in_features < 1 or out_features < 1:
            raise ValueError(f"in_features and out_features must be at least 1, got {in_features} and {out_features}")
        if rng is None:
            rng = np.random.default_rng()
        self._rows = rng.normal(scale=np.sqrt(2.0 / in_features), size=(out_features, in_features))
        self.bias = np.zeros(out_features)

    @property
    def weight(self):
        return self._rows.T

    @weight.setter
    def weight(self, value):
        self._rows = np.array(value, dtype=float).T

    def forward(self, x):
        if x.ndim != 2:
            raise ValueError(f"x needs two axes (N, in_features), its shape is {x.shape}")
        if x.shape[1] != self._rows.shape[1]:
            raise ValueError(f"x has {x.shape[1]} features instead of {self._rows.shape[1]}")
        self._x = x
        out = np.dot(self._rows, x.T)
        out += self.bias[:, None]
        return out.T

    def backward(self, d_out):
        d_x = np.dot(d_out, self._rows)
        d_rows = np.dot(d_out.T, self._x)
        return d_x, d_rows.T, np.add.reduce(d_out, axis=0)
