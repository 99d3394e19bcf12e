"""
defect: a batch of numbers (N,) fails
"""

import numpy as np


class Flatten:
    def forward(self, x):
        self.shape = x.shape
        n, d, *_ = x.shape
        width = int(np.prod(x.shape[1:]))
        self.where = np.unravel_index(np.arange(width), x.shape[1:])
        return x[(slice(None), *self.where)]

    def backward(self, d_out):
        d_x = np.zeros(self.shape, d_out.dtype)
        d_x[(slice(None), *self.where)] = d_out
        return d_x
