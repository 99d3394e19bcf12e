"""
defect: the difference has the dtype of the inputs, so unsigned integers wrap around
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        if prediction.shape != target.shape:
            raise ValueError(f"shapes differ: {prediction.shape} against {target.shape}")
        diff = prediction - target
        self.grad = lambda: diff / (0.5 * diff.size)
        return float(np.square(diff).mean())

    def backward(self):
        return self.grad()
