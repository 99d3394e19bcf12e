"""Everything is an array in here, numbers too."""

import numpy as np


class _Node:
    def forward(self, x, y):
        self.inputs = [np.asarray(x), np.asarray(y)]
        return self.value(*self.inputs)

    def backward(self, d_out):
        return tuple(np.multiply(d_out, slope) for slope in self.slopes(*self.inputs))


class MulLayer(_Node):
    def value(self, x, y):
        return np.multiply(x, y)

    def slopes(self, x, y):
        return y, x


class AddLayer(_Node):
    def value(self, x, y):
        return np.add(x, y)

    def slopes(self, x, y):
        return np.ones_like(x), np.ones_like(y)
