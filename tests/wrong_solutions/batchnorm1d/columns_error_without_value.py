"""
defect: the ValueError for a wrong number of columns names neither argument nor value
"""

import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        for wrong, text in (
            (num_features < 1, "num_features = %s" % num_features),
            (eps < 0, "eps = %s" % eps),
            (not 0 <= momentum <= 1, "momentum = %s" % momentum),
        ):
            if wrong:
                raise ValueError(text)
        self.eps, self.momentum = eps, momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)

    def forward(self, x, training=True):
        if np.ndim(x) != 2 or x.shape[1] != self.gamma.shape[0]:
            raise ValueError("bad input")
        n = x.shape[0]
        if training:
            if n < 2:
                raise ValueError("x %s: one value a feature" % (x.shape,))
            stats = x.mean(axis=0, dtype=float), x.var(axis=0, dtype=float)
            self.running_mean = self.running_mean + self.momentum * (stats[0] - self.running_mean)
            self.running_var = self.running_var + self.momentum * (stats[1] * n / (n - 1) - self.running_var)
        else:
            stats = self.running_mean, self.running_var
        self.ctx = x, stats, training
        return self.gamma * self.standard() + self.beta

    def standard(self):
        x, (mean, var), _ = self.ctx
        return (x - mean) / np.sqrt(var + self.eps)

    def backward(self, d_out):
        x, (mean, var), training = self.ctx
        if d_out.shape != x.shape:
            raise ValueError("d_out %s for an output %s" % (d_out.shape, x.shape))
        z = self.standard()
        d_gamma = np.einsum("nd,nd->d", d_out, z)
        d_beta = np.einsum("nd->d", d_out)
        slope = self.gamma / np.sqrt(var + self.eps)
        if training:
            d_x = slope * (d_out - (d_beta + z * d_gamma) / x.shape[0])
        else:
            d_x = slope * d_out
        return d_x, d_gamma, d_beta
