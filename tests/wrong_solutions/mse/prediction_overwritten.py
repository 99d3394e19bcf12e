"""
defect: the difference is stored in prediction itself when that is float64
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        p, t = np.asarray(prediction, dtype=float), np.array(target, dtype=float)
        if p.shape != t.shape:
            raise ValueError("target %s does not fit prediction %s" % (t.shape, p.shape))
        p -= t
        self.pair = p, 0 * t
        residual = p.reshape(-1)
        return float(residual @ residual) / p.size

    def backward(self):
        p, t = self.pair
        return (p - t) * (2 / p.size)
