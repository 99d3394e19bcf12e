"""Rows as a matrix, einsum, and the reciprocal root as in the CUDA kernels."""

import numpy as np


class RMSNorm:
    def __init__(self, dim, eps=1e-6):
        self.eps, self.weight = eps, np.ones(dim)

    def forward(self, x):
        self.rows = x.reshape(-1, x.shape[-1])
        self.r = (np.einsum("nd,nd->n", self.rows, self.rows) / x.shape[-1] + self.eps) ** -0.5
        return np.einsum("nd,n,d->nd", self.rows, self.r, self.weight).reshape(x.shape)

    def backward(self, d_out):
        g = d_out.reshape(self.rows.shape)
        d_weight = np.einsum("nd,nd,n->d", g, self.rows, self.r)
        along = np.einsum("nd,d,nd,n->n", g, self.weight, self.rows, self.r**3) / g.shape[1]
        d_x = np.einsum("nd,d,n->nd", g, self.weight, self.r) - along[:, None] * self.rows
        return d_x.reshape(d_out.shape), d_weight
