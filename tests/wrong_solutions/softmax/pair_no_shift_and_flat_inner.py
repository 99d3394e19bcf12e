"""
defect: the maximum is not taken off, so large scores overflow
defect: the inner product of backward runs over all rows together
"""

import numpy as np


class Softmax:
    def forward(self, x):
        shifted = x
        e = np.exp(shifted)
        total = e.sum(-1, keepdims=True)

        def vjp(up):
            return e * (up - (e * up / total).sum()) / total

        self.vjp = vjp
        return e / total

    def backward(self, d_out):
        return self.vjp(d_out)
