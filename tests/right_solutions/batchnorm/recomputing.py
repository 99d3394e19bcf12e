"""Batch normalisation that keeps a copy of x and the statistics used, and works the rest out again."""

import numpy as np


class BatchNorm2d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self._options = {"eps": float(eps), "momentum": float(momentum)}

    def _statistics(self, x, training):
        if not training:
            return self.running_mean.copy(), self.running_var.copy()
        return x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))

    def _normalised(self):
        x, mean, var, _ = self._last
        return (x - mean[None, :, None, None]) / np.sqrt(var + self._options["eps"])[None, :, None, None]

    def forward(self, x, training=True):
        if x.ndim != 4:
            raise ValueError(f"x must have 4 axes, got {x.ndim}")
        if x.shape[1] != len(self.gamma):
            raise ValueError(f"x has the wrong number of channels: {x.shape[1]}")
        self._last = x.copy(), *self._statistics(x, training), training
        if training:
            share = self._options["momentum"]
            moments = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3), ddof=1)
            self.running_mean = np.average([self.running_mean, moments[0]], axis=0, weights=[1 - share, share])
            self.running_var = np.average([self.running_var, moments[1]], axis=0, weights=[1 - share, share])
        return self._normalised() * self.gamma[None, :, None, None] + self.beta[None, :, None, None]

    def backward(self, d_out):
        hat, (_, _, var, training) = self._normalised(), self._last
        d_hat = d_out * self.gamma[None, :, None, None]
        if training:
            d_hat = d_hat - d_hat.mean(axis=(0, 2, 3), keepdims=True)
            d_hat = d_hat - hat * (d_hat * hat).mean(axis=(0, 2, 3), keepdims=True)
        d_x = d_hat / np.sqrt(var + self._options["eps"])[None, :, None, None]
        return d_x, (d_out * hat).sum(axis=(0, 2, 3)), d_out.sum(axis=(0, 2, 3))
