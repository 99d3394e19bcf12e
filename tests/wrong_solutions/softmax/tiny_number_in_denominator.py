"""
defect: 1e-7 is added to the denominator
"""

import numpy as np


class Softmax:
    def forward(self, x):
        shifted = np.subtract(x, np.max(x, axis=-1, keepdims=True))
        e = np.exp(shifted)
        total = e.sum(-1, keepdims=True) + x.dtype.type(1e-7)

        def vjp(up):
            return e * (up - (e * up).sum(-1, keepdims=True) / total) / total

        self.vjp = vjp
        return e / total

    def backward(self, d_out):
        return self.vjp(d_out)
