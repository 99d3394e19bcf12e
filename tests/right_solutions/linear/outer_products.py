"""One sample at a time: the weight's gradient is a sum of outer products."""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        if not in_features >= 1:
            raise ValueError(f"in_features must be >= 1, got {in_features}")
        if not out_features >= 1:
            raise ValueError(f"out_features must be >= 1, got {out_features}")
        rng = np.random.default_rng(rng)
        self.weight = np.sqrt(2.0) * rng.normal(size=(in_features, out_features))
        self.weight /= np.sqrt(in_features)
        self.bias = np.zeros(out_features, dtype=np.float64)
        self.samples = None

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.weight.shape[0]:
            raise ValueError(f"expected x of shape (N, {self.weight.shape[0]}), got {x.shape}")
        self.samples = list(x)
        out = np.empty((x.shape[0], self.weight.shape[1]))
        for row, sample in zip(out, self.samples):
            row[:] = (sample[:, None] * self.weight).sum(axis=0) + self.bias
        return out

    def backward(self, d_out):
        d_x = np.empty((len(self.samples), self.weight.shape[0]))
        d_weight = np.zeros_like(self.weight)
        d_bias = np.zeros_like(self.bias)
        for n, (sample, g) in enumerate(zip(self.samples, d_out)):
            d_x[n] = self.weight @ g
            d_weight += np.outer(sample, g)
            d_bias += g
        return d_x, d_weight, d_bias
