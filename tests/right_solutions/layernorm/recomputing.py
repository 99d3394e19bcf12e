"""Keeps only x; what backward needs is computed again, and d_x is a product with the row's Jacobian."""

import numpy as np


def _normalise(x, eps):
    mean, var = x.mean(-1, keepdims=True), x.var(-1, ddof=0, keepdims=True)
    inv = np.reciprocal(np.sqrt(var + eps))
    return (x - mean) * inv, inv


class LayerNorm:
    def __init__(self, dim, eps=1e-5):
        self.gamma, self.beta = np.ones(dim), np.zeros(dim)
        self.eps = eps

    def forward(self, x):
        self.x = x.copy()
        return _normalise(x, self.eps)[0] * self.gamma + self.beta

    def backward(self, d_out):
        n, inv = _normalise(self.x, self.eps)
        dim = n.shape[-1]
        # Jacobian of one row: (I - 1/D - n n^T / D) / std, and it is symmetric
        jacobian = np.eye(dim) - 1.0 / dim - n[..., :, None] * n[..., None, :] / dim
        d_x = (jacobian @ (d_out * self.gamma)[..., None])[..., 0] * inv
        axes = tuple(range(n.ndim))[:-1]
        return [d_x, np.sum(d_out * n, axes), np.sum(d_out, axes)]
