"""
defect: backward builds the C by C Jacobian of every row
"""

import numpy as np


class Softmax:
    def forward(self, x):
        shifted = np.subtract(x, np.max(x, axis=-1, keepdims=True))
        e = np.exp(shifted)
        total = e.sum(-1, keepdims=True)

        def vjp(up):
            p = e / total
            full = p[..., :, None] * (np.eye(p.shape[-1], dtype=p.dtype) - p[..., None, :])
            return np.einsum("...ij,...j->...i", full, up)

        self.vjp = vjp
        return e / total

    def backward(self, d_out):
        return self.vjp(d_out)
