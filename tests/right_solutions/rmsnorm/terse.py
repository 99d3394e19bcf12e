import numpy as np


class RMSNorm:
    def __init__(self, dim, eps=1e-6):
        self.weight, self.e = np.ones(dim), eps

    def forward(self, x):
        self.r = ((x * x).mean(-1)[..., None] + self.e) ** 0.5
        self.h = x / self.r
        return self.h * self.weight

    def backward(self, d_out):
        g = d_out * self.weight
        d_x = (g - self.h * (g * self.h).mean(-1)[..., None]) / self.r
        return [d_x, (d_out * self.h).sum(tuple(range(d_out.ndim - 1)))]
