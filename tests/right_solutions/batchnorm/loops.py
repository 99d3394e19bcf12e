"""Batch normalisation, channel by channel, value by value."""

import math

import numpy as np


class BatchNorm2d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if num_features <= 0:
            raise ValueError(f"num_features must be positive, got {num_features}")
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.gamma = np.array([1.0] * num_features)
        self.beta = np.array([0.0] * num_features)
        self.running_mean = np.array([0.0] * num_features)
        self.running_var = np.array([1.0] * num_features)

    def forward(self, x, training=True):
        if len(x.shape) != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must be (N, {self.num_features}, H, W), got {x.shape}")
        self.training = training
        self.hats = np.empty(x.shape)
        self.stds = []
        out = np.empty(x.shape)
        for channel in range(self.num_features):
            values = [float(v) for v in x[:, channel].ravel()]
            m = len(values)
            if training:
                mean = math.fsum(values) / m
                var = math.fsum((v - mean) ** 2 for v in values) / m
                keep = 1 - self.momentum
                self.running_mean[channel] = keep * self.running_mean[channel] + self.momentum * mean
                unbiased = var * m / (m - 1)
                self.running_var[channel] = keep * self.running_var[channel] + self.momentum * unbiased
            else:
                mean, var = self.running_mean[channel], self.running_var[channel]
            std = math.sqrt(var + self.eps)
            self.stds.append(std)
            for n, i, j in np.ndindex(x.shape[0], x.shape[2], x.shape[3]):
                hat = (x[n, channel, i, j] - mean) / std
                self.hats[n, channel, i, j] = hat
                out[n, channel, i, j] = self.gamma[channel] * hat + self.beta[channel]
        return out

    def backward(self, d_out):
        d_x = np.empty(d_out.shape)
        d_gamma, d_beta = np.zeros(self.num_features), np.zeros(self.num_features)
        places = list(np.ndindex(d_out.shape[0], d_out.shape[2], d_out.shape[3]))
        for channel in range(self.num_features):
            for n, i, j in places:
                d_gamma[channel] += d_out[n, channel, i, j] * self.hats[n, channel, i, j]
                d_beta[channel] += d_out[n, channel, i, j]
            for n, i, j in places:
                d = d_out[n, channel, i, j]
                if self.training:
                    d = d - d_beta[channel] / len(places)
                    d = d - self.hats[n, channel, i, j] * d_gamma[channel] / len(places)
                d_x[n, channel, i, j] = self.gamma[channel] / self.stds[channel] * d
        return d_x, d_gamma, d_beta
