"""One D x D rotation matrix for each position; backward multiplies by the transpose."""

import math

import numpy as np


class RotaryEmbedding:
    def __init__(self, head_dim, base=10000.0, interleaved=False):
        if head_dim % 2 != 0 or head_dim <= 0:
            raise ValueError(f"head_dim: {head_dim}")
        self.head_dim, self.base, self.interleaved = head_dim, base, interleaved
        self.rotation = None

    def _matrix(self, position):
        m = np.zeros((self.head_dim, self.head_dim))
        for i in range(self.head_dim // 2):
            a, b = (2 * i, 2 * i + 1) if self.interleaved else (i, i + self.head_dim // 2)
            angle = position * math.pow(self.base, -2 * i / self.head_dim)
            m[a, a] = m[b, b] = math.cos(angle)
            m[a, b] = -math.sin(angle)
            m[b, a] = math.sin(angle)
        return m

    def forward(self, x, positions=None):
        positions = range(x.shape[-2]) if positions is None else positions
        self.rotation = np.array([self._matrix(int(p)) for p in positions]).astype(x.dtype)
        return np.einsum("tij,...tj->...ti", self.rotation, x)

    def backward(self, d_out):
        return np.einsum("tij,...ti->...tj", self.rotation, d_out)
