"""
defect: a wrong number of columns raises AssertionError instead of ValueError
"""

import math

import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if num_features < 1 or eps < 0 or momentum < 0 or momentum > 1:
            raise ValueError(f"num_features={num_features}, eps={eps}, momentum={momentum}")
        self.eps, self.momentum = eps, momentum
        self.gamma = np.array([1.0] * num_features)
        self.beta = np.array([0.0] * num_features)
        self.running_mean = np.array([0.0] * num_features)
        self.running_var = np.array([1.0] * num_features)

    def forward(self, x, training=True):
        if x.ndim != 2 or x.shape[1] != self.gamma.size:
            raise AssertionError(f"x has shape {x.shape}, num_features is {self.gamma.size}")
        if training and x.shape[0] < 2:
            raise ValueError(f"x has {x.shape[0]} row, training needs two")
        N, D = x.shape
        self.mode, self.z, self.root = training, np.zeros((N, D)), np.zeros(D)
        out = np.zeros((N, D))
        for d in range(D):
            column = [float(v) for v in x[:, d]]
            if training:
                mean = sum(column) / N
                squares = sum((v - mean) ** 2 for v in column)
                var = squares / N
                self.running_mean[d] = (1 - self.momentum) * self.running_mean[d] + self.momentum * mean
                self.running_var[d] = (1 - self.momentum) * self.running_var[d] + self.momentum * squares / (N - 1)
            else:
                mean, var = self.running_mean[d], self.running_var[d]
            self.root[d] = math.sqrt(var + self.eps)
            for n in range(N):
                self.z[n, d] = (column[n] - mean) / self.root[d]
                out[n, d] = self.gamma[d] * self.z[n, d] + self.beta[d]
        return out

    def backward(self, d_out):
        if d_out.shape != self.z.shape:
            raise ValueError(f"d_out has shape {d_out.shape}, the output {self.z.shape}")
        N, D = self.z.shape
        d_x, d_gamma, d_beta = np.zeros((N, D)), np.zeros(D), np.zeros(D)
        for d in range(D):
            for n in range(N):
                d_gamma[d] += d_out[n, d] * self.z[n, d]
                d_beta[d] += d_out[n, d]
            for n in range(N):
                inner = d_out[n, d]
                if self.mode:
                    inner = inner - d_beta[d] / N - self.z[n, d] * d_gamma[d] / N
                d_x[n, d] = self.gamma[d] / self.root[d] * inner
        return d_x, d_gamma, d_beta
