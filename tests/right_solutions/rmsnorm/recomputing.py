"""Only x is kept. Written as a layer norm that has forgotten its mean."""

import numpy as np


class RMSNorm:
    def __init__(self, dim, eps=1e-6):
        self.dim = dim
        self.eps = eps
        self.weight = np.ones((dim,), dtype=np.float64)
        self._input = None

    def _normalise(self):
        mean_square = np.mean(np.square(self._input), axis=-1, keepdims=True)
        rms = np.sqrt(np.add(mean_square, self.eps))
        return np.divide(self._input, rms), rms

    def forward(self, x):
        self._input = np.array(x)
        normal, _ = self._normalise()
        return np.multiply(normal, self.weight)

    def backward(self, d_out):
        normal, rms = self._normalise()
        d_weight = np.multiply(d_out, normal).reshape((-1, self.dim)).sum(axis=0)
        d_normal = np.multiply(d_out, self.weight)
        # x = normal * rms, and d rms / d x_j = x_j / (dim * rms) = normal_j / dim
        d_rms = np.sum(-d_normal * normal / rms, axis=-1, keepdims=True)
        d_x = d_normal / rms + d_rms * normal / self.dim
        return (d_x, d_weight)
