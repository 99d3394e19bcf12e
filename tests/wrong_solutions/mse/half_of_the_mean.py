"""
defect: the loss is half the mean square, the gradient that of the whole
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        p, t = np.array(prediction, dtype=float), np.array(target, dtype=float)
        if p.shape != t.shape:
            raise ValueError("target %s does not fit prediction %s" % (t.shape, p.shape))
        self.pair = p, t
        residual = (p - t).reshape(-1)
        return 0.5 * float(residual @ residual) / p.size

    def backward(self):
        p, t = self.pair
        return (p - t) * (2 / p.size)
