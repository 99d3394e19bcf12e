"""max(x, 0) is the mean of x and |x|; the derivative is a step that is 0 at 0."""

import numpy as np


class ReLU:
    def forward(self, x):
        self.slope = np.heaviside(x, x.dtype.type(0))
        return (x + np.abs(x)) / 2

    def backward(self, d_out):
        return np.multiply(self.slope, d_out, dtype=d_out.dtype)
