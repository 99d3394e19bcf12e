"""One row at a time, in plain Python."""

import math

import numpy as np


class RMSNorm:
    def __init__(self, dim, eps=1e-6):
        self.eps = eps
        self.weight = np.ones(dim)

    def forward(self, x):
        self.x = x
        out = np.zeros(x.shape)
        for where in np.ndindex(*x.shape[:-1]):
            rms = self._rms(x[where])
            for i, value in enumerate(x[where]):
                out[where][i] = value / rms * self.weight[i]
        return out

    def _rms(self, row):
        total = 0.0
        for value in row:
            total += float(value) * float(value)
        return math.sqrt(total / len(row) + self.eps)

    def backward(self, d_out):
        d_x = np.zeros(self.x.shape)
        d_weight = np.zeros(len(self.weight))
        for where in np.ndindex(*self.x.shape[:-1]):
            row, rms = self.x[where], self._rms(self.x[where])
            d_rms = 0.0
            for i in range(len(row)):
                d_weight[i] += d_out[where][i] * row[i] / rms
                d_x[where][i] = d_out[where][i] * self.weight[i] / rms
                d_rms -= d_out[where][i] * self.weight[i] * row[i] / rms**2
            for i in range(len(row)):
                d_x[where][i] += d_rms * row[i] / (len(row) * rms)
        return d_x, d_weight
