"""Batch normalisation of images as that of vectors: every pixel is one row, every channel one column."""

import numpy as np


class BatchNorm2d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum is {momentum}, not between 0 and 1")
        self.channels = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma, self.running_var = np.ones((2, num_features))
        self.beta, self.running_mean = np.zeros((2, num_features))

    def forward(self, x, training=True):
        n, c, h, w = x.shape
        if c != self.channels:
            raise ValueError(f"x has {c} channels, num_features is {self.channels}")
        rows = x.transpose(0, 2, 3, 1).reshape(-1, c).astype(float)
        if training:
            mean, var = np.mean(rows, 0), np.mean(rows * rows, 0) - np.mean(rows, 0) ** 2
            var = np.maximum(var, 0)
            self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
            unbiased = var * len(rows) / (len(rows) - 1)
            self.running_var = self.running_var + self.momentum * (unbiased - self.running_var)
        else:
            mean, var = self.running_mean, self.running_var
        self.cache = rows - mean, var + self.eps, training
        out = self.gamma * (rows - mean) * (var + self.eps) ** -0.5 + self.beta
        return out.reshape(n, h, w, c).transpose(0, 3, 1, 2)

    def backward(self, d_out):
        centred, spread, training = self.cache
        n, c, h, w = d_out.shape
        d = d_out.transpose(0, 2, 3, 1).reshape(-1, c)
        d_gamma = np.einsum("mc,mc,c->c", d, centred, spread**-0.5)
        d_beta = np.einsum("mc->c", d)
        d_rows = self.gamma * spread**-0.5 * d
        if training:
            m = len(d)
            d_var = np.sum(d * self.gamma * centred, 0) * -0.5 * spread**-1.5
            d_rows = d_rows + 2 * centred * d_var / m
            d_rows = d_rows - np.mean(d * self.gamma * spread**-0.5, 0)
        return d_rows.reshape(n, h, w, c).transpose(0, 3, 1, 2), d_gamma, d_beta
