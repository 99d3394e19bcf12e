"""
defect: backward restores 4-D shapes only: other inputs get back the flat gradient
"""

import numpy as np


class Flatten:
    def forward(self, x):
        self.like = x.shape
        n = self.like[0]
        out = np.empty((n, int(np.prod(self.like[1:]))), dtype=x.dtype)
        for k in range(n):
            out[k] = x[k].ravel()
        return out

    def backward(self, d_out):
        if len(self.like) != 4:
            return d_out.copy()
        grad = np.empty(self.like, dtype=d_out.dtype)
        for k in range(self.like[0]):
            grad[k] = d_out[k].reshape(self.like[1:])
        return grad
