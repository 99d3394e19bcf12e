import numpy as np


class Sigmoid:
    """Each half of the line with the form that is safe on it."""

    def forward(self, x):
        s = np.empty_like(x)
        right = x > 0
        left = np.logical_not(right)
        s[right] = 1 / (1 + np.exp(-x[right]))
        grown = np.exp(x[left])
        s[left] = grown / (grown + 1)
        self.s = s
        return s.copy()

    def backward(self, d_out):
        slope = self.s - self.s**2
        return slope * d_out
