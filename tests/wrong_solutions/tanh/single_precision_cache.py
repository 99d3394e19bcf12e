"""
defect: the slope is computed from a float32 copy of the output
"""

import numpy as np


class Tanh:
    def forward(self, x):
        out = np.tanh(x)
        low = out.astype(np.float32)
        self.vjp = lambda up: (up * (1 - low) * (1 + low)).astype(up.dtype)
        return out

    def backward(self, d_out):
        return self.vjp(d_out)
