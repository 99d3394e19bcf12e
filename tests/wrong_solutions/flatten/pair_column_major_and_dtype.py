"""
defect: forward uses column-major order
defect: backward always answers float64
"""

import numpy as np


class Flatten:
    def forward(self, x):
        self.shape = x.shape
        width = int(np.prod(x.shape[1:]))
        self.where = np.unravel_index(np.arange(width), x.shape[1:])
        return np.stack([s.flatten(order="F") for s in x]) if len(x) else x[(slice(None), *self.where)]

    def backward(self, d_out):
        d_x = np.zeros(self.shape)
        d_x[(slice(None), *self.where)] = d_out
        return d_x
