"""
defect: the gradients of a product of arrays are summed to a number
"""

import numpy as np


class MulLayer:
    def forward(self, x, y):
        a, b = np.copy(x), np.copy(y)
        self.down = lambda g: (np.sum(np.multiply(g, b)), np.sum(np.multiply(g, a)))
        return np.multiply(x, y)

    def backward(self, d_out):
        return self.down(d_out)


class AddLayer:
    def forward(self, x, y):
        self.down = lambda g: (np.positive(g), np.positive(g))
        return np.add(x, y)

    def backward(self, d_out):
        return self.down(d_out)
