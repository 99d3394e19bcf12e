"""
defect: one-dimensional arrays are multiplied as a dot product
"""

import numpy as np


class MulLayer:
    def forward(self, x, y):
        a, b = np.copy(x), np.copy(y)
        self.down = lambda g: (np.multiply(g, b), np.multiply(g, a))
        return np.dot(x, y) if np.ndim(x) == 1 and np.ndim(y) == 1 else np.multiply(x, y)

    def backward(self, d_out):
        return self.down(d_out)


class AddLayer:
    def forward(self, x, y):
        self.down = lambda g: (np.positive(g), np.positive(g))
        return np.add(x, y)

    def backward(self, d_out):
        return self.down(d_out)
