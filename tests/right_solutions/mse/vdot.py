"""The sum of squares as an inner product of the flattened difference with itself."""

import numpy as np


class MSELoss:
    def __init__(self):
        self.pair = None

    def forward(self, prediction, target):
        if np.shape(prediction) != np.shape(target):
            raise ValueError(f"target has the shape {np.shape(target)}, prediction {np.shape(prediction)}")
        self.pair = (np.array(prediction), np.array(target))
        flat = np.ravel(np.subtract(prediction, target))
        if flat.shape[0] == 0:
            raise ValueError("prediction has no elements")
        return float(np.vdot(flat, flat) / flat.shape[0])

    def backward(self):
        prediction, target = self.pair
        return np.divide(np.subtract(prediction, target), prediction.size / 2)
