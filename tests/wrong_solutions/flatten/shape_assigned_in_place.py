"""
defect: forward assigns the new shape to x itself, so the caller's array changes shape
"""

import math

import numpy as np


class Flatten:
    def forward(self, x):
        self.sample = x.shape[1:]
        self.rows = x.shape[0]
        width = math.prod(self.sample)
        x.shape = (self.rows, width)
        return x

    def backward(self, d_out):
        return np.ascontiguousarray(d_out).reshape((self.rows, *self.sample))
