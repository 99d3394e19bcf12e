"""Batch normalisation along its computational graph, forwards and backwards, one node at a time."""

import numpy as np

AXES = (0, 2, 3)


def column(vector):
    return vector.reshape(1, -1, 1, 1)


class BatchNorm2d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def forward(self, x, training=True):
        if x.ndim != 4 or x.shape[1] != self.gamma.size:
            raise ValueError(f"expected x with {self.gamma.size} channels, got the shape {x.shape}")
        self.m = x.shape[0] * x.shape[2] * x.shape[3]
        self.training = training
        if training:
            mean = x.sum(AXES) / self.m
            self.centred = x - column(mean)
            square = self.centred**2
            var = square.sum(AXES) / self.m
            self.running_mean *= 1 - self.momentum
            self.running_mean += self.momentum * mean
            self.running_var *= 1 - self.momentum
            self.running_var += self.momentum * var * self.m / (self.m - 1)
        else:
            self.centred = x - column(self.running_mean)
            var = self.running_var
        self.root = np.sqrt(var + self.eps)
        self.inverse = 1.0 / self.root
        self.hat = self.centred * column(self.inverse)
        return column(self.gamma) * self.hat + column(self.beta)

    def backward(self, d_out):
        d_beta = d_out.sum(AXES)
        d_gamma = (d_out * self.hat).sum(AXES)
        d_hat = d_out * column(self.gamma)
        d_centred = d_hat * column(self.inverse)
        if not self.training:
            return [d_centred, d_gamma, d_beta]
        d_inverse = (d_hat * self.centred).sum(AXES)
        d_root = -d_inverse / self.root**2
        d_var = 0.5 * d_root / self.root
        d_square = column(d_var) * np.ones(d_out.shape) / self.m
        d_centred = d_centred + 2 * self.centred * d_square
        d_mean = -d_centred.sum(AXES)
        d_x = d_centred + column(d_mean) / self.m
        return [d_x, d_gamma, d_beta]
