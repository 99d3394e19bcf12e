"""
defect: the mask is computed by the first forward only and used for every later backward of the same size
"""

import numpy as np


class ReLU:
    def forward(self, x):
        fresh = getattr(self, "kept", None) is None or self.kept.size != x.size
        if fresh:
            self.kept = np.zeros(x.size, dtype=bool)
        out = np.zeros(x.shape, dtype=x.dtype)
        target = out.reshape(-1)
        for k, value in enumerate(x.flat):
            if value > 0:
                target[k] = value
                if fresh:
                    self.kept[k] = True
        return out

    def backward(self, d_out):
        grad = np.zeros(d_out.shape, dtype=d_out.dtype)
        target = grad.reshape(-1)
        for k, value in enumerate(d_out.flat):
            if self.kept[k]:
                target[k] = value
        return grad
