"""
defect: the squares are added up in float32, which overflows for residuals of 1e20
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        p, t = np.array(prediction, dtype=float), np.array(target, dtype=float)
        if p.shape != t.shape:
            raise ValueError("target %s does not fit prediction %s" % (t.shape, p.shape))
        self.pair = p, t
        residual = (p - t).reshape(-1)
        return float(residual.astype(np.float32) @ residual.astype(np.float32)) / p.size

    def backward(self):
        p, t = self.pair
        return (p - t) * (2 / p.size)
