"""
defect: the scores are divided by the root of their number
defect: the leading factor p is missing in backward
"""

import numpy as np


class Softmax:
    def forward(self, x):
        x = x / x.dtype.type(np.sqrt(x.shape[-1]))
        top = x.max(axis=-1, keepdims=True)
        log_norm = top + np.log(np.exp(x - top).sum(axis=-1, keepdims=True))
        self.log_p = x - log_norm
        return np.exp(self.log_p)

    def backward(self, d_out):
        p = np.exp(self.log_p)
        inner = np.einsum("...i,...i->...", p, d_out)
        return d_out - inner[..., np.newaxis]
