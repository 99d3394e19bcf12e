"""
defect: x is walked in memory order but the answer is put together row by row
"""

import math

import numpy as np


class Tanh:
    def forward(self, x):
        flat = np.ravel(x, order="K")
        self.h = np.empty(flat.size)
        for i in range(flat.size):
            self.h[i] = math.tanh(flat[i])
        return self.h.reshape(x.shape).astype(x.dtype)

    def backward(self, d_out):
        flat = np.ravel(d_out)
        g = np.empty(flat.size)
        for i in range(flat.size):
            g[i] = flat[i] * (1.0 - self.h[i] ** 2)
        return g.reshape(d_out.shape).astype(d_out.dtype)
