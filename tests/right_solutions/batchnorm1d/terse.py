import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.d, self.eps, self.k = num_features, eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def forward(self, x, training=True):
        n, d = x.shape
        if d != self.d:
            raise ValueError(f"num_features={self.d} but x has {d}")
        mu, var = self.running_mean, self.running_var
        if training:
            mu, var = x.mean(0), x.var(0)
            self.running_mean = (1 - self.k) * self.running_mean + self.k * mu
            self.running_var = (1 - self.k) * self.running_var + self.k * var * n / (n - 1)
        self.t, self.s = training, (var + self.eps) ** 0.5
        self.h = (x - mu) / self.s
        return self.gamma * self.h + self.beta

    def backward(self, d_out):
        dg, db = np.einsum("nd,nd->d", d_out, self.h), d_out.sum(0)
        m = len(d_out) if self.t else np.inf
        return (d_out - (db + self.h * dg) / m) * self.gamma / self.s, dg, db
