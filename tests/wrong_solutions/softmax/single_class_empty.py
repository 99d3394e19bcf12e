"""
defect: a last axis of length 1 gives the gradient d_out instead of 0
"""

import numpy as np


class Softmax:
    def forward(self, x):
        z = np.moveaxis(x, -1, 0)
        z = np.exp(z - np.amax(z, axis=0))
        self.s = z / np.sum(z, axis=0)
        return np.moveaxis(self.s, 0, -1).copy()

    def backward(self, d_out):
        up = np.moveaxis(d_out, -1, 0)
        weighted = up * self.s
        down = weighted - self.s * np.sum(weighted, axis=0)
        return np.moveaxis(down, 0, -1) if len(down) > 1 else d_out.copy()
