"""
defect: only the number of axes is compared, so (N, 1) against (N, D) is broadcast
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        p, t = np.array(prediction, dtype=float), np.array(target, dtype=float)
        if p.ndim != t.ndim:
            raise ValueError("target %s does not fit prediction %s" % (t.shape, p.shape))
        self.pair = p, t
        residual = (p - t).reshape(-1)
        return float(residual @ residual) / p.size

    def backward(self):
        p, t = self.pair
        return (p - t) * (2 / p.size)
