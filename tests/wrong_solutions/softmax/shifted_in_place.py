"""
defect: the maximum is taken off x itself
"""

import numpy as np


class Softmax:
    def forward(self, x):
        shifted = np.subtract(x, np.max(x, axis=-1, keepdims=True), out=x)
        e = np.exp(shifted)
        total = e.sum(-1, keepdims=True)

        def vjp(up):
            return e * (up - (e * up).sum(-1, keepdims=True) / total) / total

        self.vjp = vjp
        return e / total

    def backward(self, d_out):
        return self.vjp(d_out)
