"""
defect: backward multiplies by the output itself instead of by 1 where x is positive
"""

import numpy as np


class ReLU:
    def forward(self, x):
        y = np.maximum(x, x.dtype.type(0))
        self.slope = y
        return y

    def backward(self, d_out):
        return (d_out * self.slope).astype(d_out.dtype)
