"""The root mean square as a Euclidean norm over the root of dim."""

import numpy as np


class RMSNorm:
    def __init__(self, dim, eps=1e-6):
        self.weight = np.ones(dim)
        self.dim, self.eps = dim, eps

    def forward(self, x):
        length = np.linalg.norm(x, axis=-1, keepdims=True)
        self.scale = np.sqrt(self.dim) / np.hypot(length, np.sqrt(self.dim * self.eps))
        self.x = x
        return self.scale * x * self.weight

    def backward(self, d_out):
        g = d_out * self.weight
        inner = np.sum(g * self.x, axis=-1, keepdims=True)
        d_x = self.scale * g - self.scale**3 * inner * self.x / self.dim
        product = d_out * self.scale * self.x
        while product.ndim > 1:
            product = product.sum(axis=0)
        return d_x, product
