"""
defect: the gradient of every backward of one shape is the same array, so an earlier gradient is overwritten
"""

import numpy as np


class ReLU:
    def forward(self, x):
        self.out = np.empty(x.shape, x.dtype)
        np.maximum(x, 0, out=self.out, casting="same_kind")
        self.gate = self.out > 0
        return self.out

    def backward(self, d_out):
        grad = getattr(self, "grad", None)
        if grad is None or grad.shape != d_out.shape or grad.dtype != d_out.dtype:
            grad = self.grad = np.empty(d_out.shape, d_out.dtype)
        grad.fill(0)
        np.copyto(grad, d_out, where=self.gate)
        return grad
