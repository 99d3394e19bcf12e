"""
defect: a wrong number of channels raises AssertionError instead of ValueError
"""

import numpy as np


class BatchNorm2d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if num_features < 1:
            raise ValueError(f"num_features={num_features}")
        if eps < 0.0:
            raise ValueError(f"eps={eps}")
        if not (0.0 <= momentum <= 1.0):
            raise ValueError(f"momentum={momentum}")
        self.eps = eps
        self.momentum = momentum
        self.gamma, self.running_var = np.ones((2, num_features))
        self.beta, self.running_mean = np.zeros((2, num_features))

    def forward(self, x, training=True):
        if x.ndim != 4 or x.shape[1] != self.gamma.size:
            raise AssertionError(f"x of shape {x.shape} for {self.gamma.size} channels")
        over = (0, 2, 3)
        n = x.shape[0] * x.shape[2] * x.shape[3]
        if training:
            if n == 1:
                raise ValueError(f"x {x.shape}: one value a channel")
            mu, var = x.mean(over, dtype=float), x.var(over, dtype=float)
            a = self.momentum
            self.running_mean = self.running_mean * (1 - a) + a * mu
            self.running_var = self.running_var * (1 - a) + a * x.var(over, dtype=float, ddof=1)
        else:
            mu, var = self.running_mean.copy(), self.running_var.copy()
        scale = (var + self.eps) ** -0.5
        hat = (x - mu.reshape(1, -1, 1, 1)) * scale.reshape(1, -1, 1, 1)

        def back(g):
            if g.shape != hat.shape:
                raise ValueError(f"d_out {g.shape} should be {hat.shape}")
            db = np.einsum("nchw->c", g)
            dg = np.einsum("nchw,nchw->c", g, hat)
            factor = (self.gamma * scale)[None, :, None, None]
            if not training:
                return g * factor, dg, db
            inner = n * g - db[:, None, None] - hat * dg[:, None, None]
            return inner * factor / n, dg, db

        self.back = back
        return hat * self.gamma[:, None, None] + self.beta[:, None, None]

    def backward(self, d_out):
        return self.back(d_out)
