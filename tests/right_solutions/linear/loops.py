"""A linear layer, one product at a time."""

import math

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, not {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, not {out_features}")
        if rng is None:
            rng = np.random.default_rng()
        deviation = math.sqrt(2.0 / in_features)
        self.weight = np.empty((in_features, out_features))
        for i in range(in_features):
            for j in range(out_features):
                self.weight[i, j] = deviation * rng.standard_normal()
        self.bias = np.zeros(out_features)

    def forward(self, x):
        n_in, n_out = self.weight.shape
        if x.ndim != 2 or x.shape[1] != n_in:
            raise ValueError(f"x must have the shape (N, {n_in}), got {x.shape}")
        self.x = x
        out = np.zeros((len(x), n_out))
        for n in range(len(x)):
            for j in range(n_out):
                total = self.bias[j]
                for i in range(n_in):
                    total = total + x[n, i] * self.weight[i, j]
                out[n, j] = total
        return out

    def backward(self, d_out):
        n_in, n_out = self.weight.shape
        d_x = np.zeros((len(self.x), n_in))
        d_weight = np.zeros((n_in, n_out))
        d_bias = np.zeros(n_out)
        for n in range(len(self.x)):
            for j in range(n_out):
                g = d_out[n, j]
                d_bias[j] += g
                for i in range(n_in):
                    d_x[n, i] += g * self.weight[i, j]
                    d_weight[i, j] += g * self.x[n, i]
        return d_x, d_weight, d_bias
