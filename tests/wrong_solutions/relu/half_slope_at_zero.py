"""
defect: the derivative at exactly 0 is 1/2 instead of 0
"""

import numpy as np


class ReLU:
    def forward(self, x):
        y = np.maximum(x, x.dtype.type(0))
        self.slope = np.heaviside(x, 0.5)
        return y

    def backward(self, d_out):
        return (d_out * self.slope).astype(d_out.dtype)
