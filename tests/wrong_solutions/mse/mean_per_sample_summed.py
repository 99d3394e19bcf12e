"""
defect: the gradient lacks the factor 2
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        if prediction.shape != target.shape:
            raise ValueError(f"shapes differ: {prediction.shape} against {target.shape}")
        diff = np.subtract(prediction, target, dtype=np.float64)
        self.grad = lambda: diff / diff.size
        return float(np.square(diff).mean())

    def backward(self):
        return self.grad()
