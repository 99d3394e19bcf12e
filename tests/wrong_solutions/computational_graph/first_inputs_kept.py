"""
defect: a product remembers the inputs of its first forward only
"""

import numpy as np


class MulLayer:
    def forward(self, x, y):
        a, b = np.copy(x), np.copy(y)
        if not hasattr(self, "down"):
            self.down = lambda g: (np.multiply(g, b), np.multiply(g, a))
        return np.multiply(x, y)

    def backward(self, d_out):
        return self.down(d_out)


class AddLayer:
    def forward(self, x, y):
        self.down = lambda g: (np.positive(g), np.positive(g))
        return np.add(x, y)

    def backward(self, d_out):
        return self.down(d_out)
