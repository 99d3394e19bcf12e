"""
defect: the target is read in memory order: wrong for transposed targets
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        p, t = np.array(prediction, dtype=float), np.array(target, dtype=float)
        if p.shape != t.shape:
            raise ValueError("target %s does not fit prediction %s" % (t.shape, p.shape))
        t = t if np.asarray(target).flags.c_contiguous else np.ravel(target, order="K").reshape(t.shape).astype(float)
        self.pair = p, t
        residual = (p - t).reshape(-1)
        return float(residual @ residual) / p.size

    def backward(self):
        p, t = self.pair
        return (p - t) * (2 / p.size)
