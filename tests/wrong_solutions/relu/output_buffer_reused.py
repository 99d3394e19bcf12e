"""
defect: the output of every forward of one shape is the same array, so an earlier result is overwritten
"""

import numpy as np


class ReLU:
    def forward(self, x):
        if getattr(self, "out", None) is None or self.out.shape != x.shape or self.out.dtype != x.dtype:
            self.out = np.empty(x.shape, x.dtype)
        np.maximum(x, 0, out=self.out, casting="same_kind")
        self.gate = self.out > 0
        return self.out

    def backward(self, d_out):
        grad = np.zeros(d_out.shape, d_out.dtype)
        np.copyto(grad, d_out, where=self.gate)
        return grad
