"""
defect: an input of 0 counts as missing and is taken as 1 in the gradient
"""

import numpy as np


class Node:
    def forward(self, x, y):
        self.slopes = self.slope(x, y)
        return self.value(x, y)

    def backward(self, d_out):
        first, second = self.slopes
        return d_out * first, d_out * second


class MulLayer(Node):
    def value(self, x, y):
        return x * y

    def slope(self, x, y):
        return (y if np.ndim(y) or y else 1), (x if np.ndim(x) or x else 1)


class AddLayer(Node):
    def value(self, x, y):
        return x + y

    def slope(self, x, y):
        return 1, 1
