"""Batch normalisation with the whole of d_x in one expression, and a variance in one pass."""

import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum is {momentum}, not between 0 and 1")
        self.width = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma, self.running_var = np.ones((2, num_features))
        self.beta, self.running_mean = np.zeros((2, num_features))

    def forward(self, x, training=True):
        n, d = x.shape
        if d != self.width:
            raise ValueError(f"x has {d} features, num_features is {self.width}")
        if training:
            mean = x.mean(0)
            var = np.maximum((x * x).mean(0) - mean * mean, 0)
            self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
            self.running_var = self.running_var + self.momentum * (var * n / (n - 1) - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        self.cache = x - mean, var + self.eps, training
        return self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta

    def backward(self, d_out):
        c, v, training = self.cache
        n = d_out.shape[0]
        d_gamma, d_beta = np.sum(d_out * c * v**-0.5, 0), np.sum(d_out, 0)
        if training:
            d_x = self.gamma * v**-0.5 / n * (n * d_out - d_beta - c / v * np.sum(d_out * c, axis=0))
        else:
            d_x = self.gamma * v**-0.5 * d_out
        return d_x, d_gamma, d_beta
