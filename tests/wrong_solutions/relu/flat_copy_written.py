"""
defect: zeros_like keeps column-major order, so the flat target is a copy there and the output stays 0
"""

import numpy as np


class ReLU:
    def forward(self, x):
        self.kept = np.zeros(x.size, dtype=bool)
        out = np.zeros_like(x)
        target = out.reshape(-1)
        for k, value in enumerate(x.flat):
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
