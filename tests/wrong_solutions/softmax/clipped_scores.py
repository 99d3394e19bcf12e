"""
defect: differences to the maximum below -10 are cut at -10
"""

import numpy as np


class Softmax:
    def forward(self, x):
        top = x.max(axis=-1, keepdims=True)
        log_norm = top + np.log(np.exp(np.maximum(x - top, -10)).sum(axis=-1, keepdims=True))
        self.log_p = np.maximum(x, top - 10) - log_norm
        return np.exp(self.log_p)

    def backward(self, d_out):
        p = np.exp(self.log_p)
        inner = np.einsum("...i,...i->...", p, d_out)
        return p * (d_out - inner[..., np.newaxis])
