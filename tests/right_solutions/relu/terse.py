import numpy as np


class ReLU:
    def forward(self, x):
        self.on = x > 0
        return np.where(self.on, x, np.zeros_like(x))

    def backward(self, d_out):
        return d_out * self.on
