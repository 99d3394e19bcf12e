"""From the contract alone: einsum for the sum, the shape is kept for the gradient."""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        prediction, target = np.asarray(prediction), np.asarray(target)
        if prediction.shape != target.shape:
            raise ValueError(f"shapes of prediction and target: {prediction.shape}, {target.shape}")
        self.shape = prediction.shape
        self.count = int(np.prod(self.shape))
        if self.count == 0:
            raise ValueError(f"nothing to average in shape {self.shape}")
        self.error = (prediction - target).reshape(-1)
        return np.einsum("i,i->", self.error, self.error) / self.count

    def backward(self):
        return (self.error * (2.0 / self.count)).reshape(self.shape)
