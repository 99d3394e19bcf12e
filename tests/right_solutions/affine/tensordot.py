"""Never makes rows: the weight takes the shape of the samples instead."""

import numpy as np


class Affine:
    def __init__(self, in_features, out_features, rng=None):
        if in_features < 1:
            raise ValueError(f"in_features has to be 1 or more: {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features has to be 1 or more: {out_features}")
        generator = np.random.default_rng() if rng is None else rng
        self.weight = generator.normal(scale=np.sqrt(2 / in_features), size=(in_features, out_features))
        self.bias = np.zeros(out_features)

    def forward(self, x):
        sample = x.shape[1:]
        if np.prod(sample, dtype=int) != self.weight.shape[0]:
            raise ValueError(f"x: a sample of shape {sample} does not have {self.weight.shape[0]} features")
        self.x = x
        weight = self.weight.reshape(*sample, -1)
        return np.tensordot(x, weight, axes=len(sample)) + self.bias

    def backward(self, d_out):
        weight = self.weight.reshape(*self.x.shape[1:], -1)
        d_x = np.tensordot(d_out, weight, axes=([1], [weight.ndim - 1]))
        d_weight = np.tensordot(self.x, d_out, axes=([0], [0])).reshape(self.weight.shape)
        d_bias = np.ones(len(d_out)) @ d_out
        return d_x, d_weight, d_bias
