"""
defect: a sample of the wrong size raises AssertionError instead of ValueError
"""

import math

import numpy as np


class Affine:
    def __init__(self, in_features, out_features, rng=None):
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        rng = rng or np.random.default_rng()
        self.weight = rng.normal(0, math.sqrt(2 / in_features), size=(in_features, out_features))
        self.bias = np.zeros(out_features)

    def forward(self, x):
        self.original = x.shape
        if math.prod(x.shape[1:]) != self.weight.shape[0]:
            raise AssertionError(f"x has {math.prod(x.shape[1:])} numbers a sample, expected {self.weight.shape[0]}")
        self.rows = np.reshape(x, (x.shape[0], self.weight.shape[0]))
        return np.einsum("nd,dm->nm", self.rows, self.weight) + self.bias

    def backward(self, d_out):
        d_rows = np.einsum("nm,dm->nd", d_out, self.weight)
        d_weight = np.einsum("nd,nm->dm", self.rows, d_out)
        d_bias = np.einsum("nm->m", d_out)
        return d_rows.reshape(self.original), d_weight, d_bias
