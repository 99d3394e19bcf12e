"""
defect: forward cuts values above 6 off (ReLU6), the gradient is that of plain ReLU
"""

import numpy as np


class ReLU:
    def forward(self, x):
        y = np.clip(x, x.dtype.type(0), x.dtype.type(6))
        self.slope = np.sign(y)
        return y

    def backward(self, d_out):
        return (d_out * self.slope).astype(d_out.dtype)
