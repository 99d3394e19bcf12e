"""
defect: forward walks x in memory order but writes in row-major order, wrong for transposed input
"""

import numpy as np


class ReLU:
    def forward(self, x):
        self.kept = np.zeros(x.size, dtype=bool)
        out = np.zeros(x.shape, dtype=x.dtype)
        target = out.reshape(-1)
        for k, value in enumerate(x.ravel(order="K")):
            if value > 0:
                target[k] = value
                self.kept[k] = True
        return out

    def backward(self, d_out):
        grad = np.zeros(d_out.shape, dtype=d_out.dtype)
        target = grad.reshape(-1)
        for k, value in enumerate(d_out.flat):
            if self.kept[k]:
                target[k] = value
        return grad
