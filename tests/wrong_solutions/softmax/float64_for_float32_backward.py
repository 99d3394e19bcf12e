"""
defect: backward answers float64 to float32
"""

import numpy as np


class Softmax:
    def forward(self, x):
        top = x.max(axis=-1, keepdims=True)
        log_norm = top + np.log(np.exp(x - top).sum(axis=-1, keepdims=True))
        self.log_p = x - log_norm
        return np.exp(self.log_p)

    def backward(self, d_out):
        p = np.exp(self.log_p.astype(float))
        inner = np.einsum("...i,...i->...", p, d_out)
        return p * (d_out - inner[..., np.newaxis])
