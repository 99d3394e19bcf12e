"""
defect: integer input comes out as float64
"""

import numpy as np


class Flatten:
    def forward(self, x):
        self.like = x.shape
        n = self.like[0]
        out = np.empty((n, int(np.prod(self.like[1:]))), dtype=np.result_type(x.dtype, np.float32))
        for k in range(n):
            out[k] = x[k].ravel()
        return out

    def backward(self, d_out):
        grad = np.empty(self.like, dtype=d_out.dtype)
        for k in range(self.like[0]):
            grad[k] = d_out[k].reshape(self.like[1:])
        return grad
