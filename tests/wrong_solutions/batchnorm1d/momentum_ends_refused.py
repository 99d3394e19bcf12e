"""
defect: momentum = 0 and momentum = 1 are refused although they are allowed
"""

import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if num_features < 1:
            raise ValueError(f"num_features must be at least 1, got {num_features}")
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        if momentum <= 0 or momentum >= 1:
            raise ValueError(f"momentum must be in [0, 1], got {momentum}")
        self.D, self.eps, self.momentum = num_features, eps, momentum
        self.gamma, self.beta = np.ones(self.D), np.zeros(self.D)
        self.running_mean, self.running_var = np.zeros(self.D), np.ones(self.D)

    def forward(self, x, training=True):
        if x.ndim != 2 or x.shape[1] != self.D:
            raise ValueError(f"x must be (N, {self.D}), got {x.shape}")
        N = len(x)
        if training and N == 1:
            raise ValueError(f"x has one value a feature in training: {x.shape}")
        self.last_training = training
        if training:
            M = np.eye(N) - np.ones((N, N)) / N
            xc = M @ x
            mean, var = np.ones(N) @ x / N, np.square(xc).sum(0) / N
            keep = 1 - self.momentum
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * var * N / (N - 1)
        else:
            xc, var = x - self.running_mean, self.running_var
        self.sigma = np.sqrt(var + self.eps)
        self.hat = xc / self.sigma
        return self.hat * self.gamma + self.beta

    def backward(self, d_out):
        if d_out.shape != self.hat.shape:
            raise ValueError(f"d_out must be {self.hat.shape}, got {d_out.shape}")
        N = len(d_out)
        d_x = d_out * (self.gamma / self.sigma)
        if self.last_training:
            for k in range(self.D):
                z = self.hat[:, k]
                J = np.eye(N) - 1 / N - np.outer(z, z) / N
                d_x[:, k] = J @ d_x[:, k]
        return d_x, (d_out * self.hat).sum(0), d_out.sum(0)
