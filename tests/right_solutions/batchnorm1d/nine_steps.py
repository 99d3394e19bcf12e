"""Batch normalisation along its computational graph, forwards and backwards, one node at a time."""

import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def forward(self, x, training=True):
        if x.ndim != 2 or x.shape[1] != self.gamma.size:
            raise ValueError(f"expected x with {self.gamma.size} features, got the shape {x.shape}")
        self.n = x.shape[0]
        self.training = training
        if training:
            mean = x.sum(axis=0) / self.n
            self.centred = x - mean
            square = self.centred**2
            var = square.sum(axis=0) / self.n
            self.running_mean *= 1 - self.momentum
            self.running_mean += self.momentum * mean
            self.running_var *= 1 - self.momentum
            self.running_var += self.momentum * var * self.n / (self.n - 1)
        else:
            self.centred = x - self.running_mean
            var = self.running_var
        self.root = np.sqrt(var + self.eps)
        self.inverse = 1.0 / self.root
        self.hat = self.centred * self.inverse
        scaled = self.gamma * self.hat
        return scaled + self.beta

    def backward(self, d_out):
        d_beta = d_out.sum(axis=0)
        d_gamma = (d_out * self.hat).sum(axis=0)
        d_hat = d_out * self.gamma
        d_centred = d_hat * self.inverse
        if not self.training:
            return [d_centred, d_gamma, d_beta]
        d_inverse = (d_hat * self.centred).sum(axis=0)
        d_root = -d_inverse / self.root**2
        d_var = 0.5 * d_root / self.root
        d_square = np.ones(d_out.shape) * d_var / self.n
        d_centred = d_centred + 2 * self.centred * d_square
        d_mean = -d_centred.sum(axis=0)
        return [d_centred + d_mean / self.n, d_gamma, d_beta]
