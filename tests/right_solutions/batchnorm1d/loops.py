"""Batch normalisation, feature by feature, value by value."""

import math

import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if num_features <= 0:
            raise ValueError(f"num_features must be positive, got {num_features}")
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.gamma = np.array([1.0] * num_features)
        self.beta = np.array([0.0] * num_features)
        self.running_mean = np.array([0.0] * num_features)
        self.running_var = np.array([1.0] * num_features)

    def forward(self, x, training=True):
        if len(x.shape) != 2 or x.shape[1] != self.num_features:
            raise ValueError(f"x must be (N, {self.num_features}), got {x.shape}")
        n = len(x)
        self.training = training
        self.hats = np.empty(x.shape)
        self.stds = []
        out = np.empty(x.shape)
        for j in range(self.num_features):
            if training:
                mean = math.fsum(x[:, j]) / n
                var = math.fsum((x[:, j] - mean) ** 2) / n
                keep = 1 - self.momentum
                self.running_mean[j] = keep * self.running_mean[j] + self.momentum * mean
                self.running_var[j] = keep * self.running_var[j] + self.momentum * var * n / (n - 1)
            else:
                mean, var = self.running_mean[j], self.running_var[j]
            self.stds.append(math.sqrt(var + self.eps))
            for i in range(n):
                self.hats[i, j] = (x[i, j] - mean) / self.stds[j]
                out[i, j] = self.gamma[j] * self.hats[i, j] + self.beta[j]
        return out

    def backward(self, d_out):
        n = len(d_out)
        d_x = np.empty(d_out.shape)
        d_gamma, d_beta = np.zeros(self.num_features), np.zeros(self.num_features)
        for j in range(self.num_features):
            for i in range(n):
                d_gamma[j] += d_out[i, j] * self.hats[i, j]
                d_beta[j] += d_out[i, j]
            for i in range(n):
                d = d_out[i, j]
                if self.training:
                    d = d - d_beta[j] / n - self.hats[i, j] * d_gamma[j] / n
                d_x[i, j] = self.gamma[j] / self.stds[j] * d
        return d_x, d_gamma, d_beta
