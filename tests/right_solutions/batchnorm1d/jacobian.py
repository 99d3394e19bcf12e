"""Batch normalisation whose backward multiplies by the Jacobian of each feature, written out as a matrix."""

import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self._options = {"eps": float(eps), "momentum": float(momentum)}

    def forward(self, x, training=True):
        if x.ndim != 2:
            raise ValueError(f"x must have 2 axes, got {x.ndim}")
        if x.shape[1] != len(self.gamma):
            raise ValueError(f"x has the wrong number of features: {x.shape[1]}")
        mean, var = (x.mean(axis=0), x.var(axis=0)) if training else (self.running_mean, self.running_var)
        if training:
            share = self._options["momentum"]
            weights = [1 - share, share]
            self.running_mean = np.average([self.running_mean, mean], axis=0, weights=weights)
            self.running_var = np.average([self.running_var, x.var(axis=0, ddof=1)], axis=0, weights=weights)
        std = np.sqrt(var + self._options["eps"])
        hat = (x - mean) / std
        self._cache = hat, std, training
        return hat * self.gamma + self.beta

    def backward(self, d_out):
        hat, std, training = self._cache
        n, width = d_out.shape
        d_x = np.empty((n, width))
        for j in range(width):
            jacobian = np.eye(n)
            if training:
                jacobian = jacobian - 1 / n - np.outer(hat[:, j], hat[:, j]) / n
            d_x[:, j] = jacobian.T @ d_out[:, j] * self.gamma[j] / std[j]
        return d_x, np.diag(d_out.T @ hat).copy(), d_out.T @ np.ones(n)
