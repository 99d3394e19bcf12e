"""
defect: the product's gradients are d_out * out / x and d_out * out / y, which is NaN at 0
"""

import numpy as np


class MulLayer:
    def forward(self, x, y):
        a, b = np.copy(x), np.copy(y)
        out = np.multiply(x, y)
        self.down = lambda g: (g * out / a, g * out / b)
        return np.multiply(x, y)

    def backward(self, d_out):
        return self.down(d_out)


class AddLayer:
    def forward(self, x, y):
        self.down = lambda g: (np.positive(g), np.positive(g))
        return np.add(x, y)

    def backward(self, d_out):
        return self.down(d_out)
