"""
defect: backward divides by cosh(x)**2, which overflows for large x
"""

import math

import numpy as np


class Tanh:
    def forward(self, x):
        flat = np.ravel(x)
        self.h = np.empty(flat.size)
        self.flat = np.array(flat, dtype=float)
        for i in range(flat.size):
            self.h[i] = math.tanh(flat[i])
        return self.h.reshape(x.shape).astype(x.dtype)

    def backward(self, d_out):
        flat = np.ravel(d_out)
        g = np.empty(flat.size)
        g = flat / np.cosh(self.flat) ** 2
        return g.reshape(d_out.shape).astype(d_out.dtype)
