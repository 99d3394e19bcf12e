"""
defect: an array with no axis fails
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        if len(prediction) != len(target) or prediction.shape != target.shape:
            raise ValueError(f"shapes differ: {prediction.shape} against {target.shape}")
        diff = np.subtract(prediction, target, dtype=np.float64)
        self.grad = lambda: diff / (0.5 * diff.size)
        return float(np.square(diff).mean())

    def backward(self):
        return self.grad()
