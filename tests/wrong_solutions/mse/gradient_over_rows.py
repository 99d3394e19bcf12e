"""
defect: the gradient is divided by the batch size only, while the loss is right
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        p, t = np.array(prediction, dtype=float), np.array(target, dtype=float)
        if p.shape != t.shape:
            raise ValueError("target %s does not fit prediction %s" % (t.shape, p.shape))
        self.pair = p, t
        residual = (p - t).reshape(-1)
        return float(residual @ residual) / p.size

    def backward(self):
        p, t = self.pair
        return (p - t) * (2 / (p.shape[0] if p.ndim else 1))
