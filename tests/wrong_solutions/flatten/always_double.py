"""
defect: backward answers float64 to float32
"""

import numpy as np


class Flatten:
    def forward(self, x):
        self.shape = x.shape
        width = int(np.prod(x.shape[1:]))
        self.where = np.unravel_index(np.arange(width), x.shape[1:])
        return x[(slice(None), *self.where)]

    def backward(self, d_out):
        d_x = np.zeros(self.shape)
        d_x[(slice(None), *self.where)] = d_out
        return d_x
