"""
defect: the gradient is that of the target: its sign is wrong
defect: the loss is a sum instead of a mean
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        if prediction.shape != target.shape:
            raise ValueError(f"shapes differ: {prediction.shape} against {target.shape}")
        diff = np.subtract(prediction, target, dtype=np.float64)
        self.grad = lambda: -diff / (0.5 * diff.size)
        return float(np.square(diff).sum())

    def backward(self):
        return self.grad()
