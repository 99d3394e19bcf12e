"""
defect: the product keeps its backward function on the class, so nodes overwrite each other's
"""

import numpy as np


class MulLayer:
    def forward(self, x, y):
        a, b = np.copy(x), np.copy(y)
        MulLayer.down = staticmethod(lambda g: (np.multiply(g, b), np.multiply(g, a)))
        return np.multiply(x, y)

    def backward(self, d_out):
        return self.down(d_out)


class AddLayer:
    def forward(self, x, y):
        self.down = lambda g: (np.positive(g), np.positive(g))
        return np.add(x, y)

    def backward(self, d_out):
        return self.down(d_out)
