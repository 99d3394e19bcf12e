import numpy as np


class BatchNorm2d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.c, self.eps, self.k = num_features, eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def forward(self, x, training=True):
        n, c, h, w = x.shape
        if c != self.c:
            raise ValueError(f"num_features={self.c} but x has {c} channels")
        mu, var = self.running_mean, self.running_var
        if training:
            m = n * h * w
            mu, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
            self.running_mean = (1 - self.k) * self.running_mean + self.k * mu
            self.running_var = (1 - self.k) * self.running_var + self.k * var * m / (m - 1)
        self.t, self.s = training, (var + self.eps) ** 0.5
        self.h = (x - mu[:, None, None]) / self.s[:, None, None]
        return np.einsum("c,nchw->nchw", self.gamma, self.h) + self.beta[:, None, None]

    def backward(self, d_out):
        dg, db = np.einsum("nchw,nchw->c", d_out, self.h), np.einsum("nchw->c", d_out)
        m = d_out.size / self.c if self.t else np.inf
        d = d_out - (db[:, None, None] + self.h * dg[:, None, None]) / m
        return d * (self.gamma / self.s)[:, None, None], dg, db
