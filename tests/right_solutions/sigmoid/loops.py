"""Plain Python floats, one at a time."""

import math

import numpy as np


def _sigmoid(value):
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    if value < -745:
        return 0.0
    grown = math.exp(value)
    return grown / (1.0 + grown)


class Sigmoid:
    def forward(self, x):
        self.shape = x.shape
        self.values = [_sigmoid(float(value)) for value in x.ravel()]
        return np.array(self.values, dtype=x.dtype).reshape(self.shape)

    def backward(self, d_out):
        products = [g * s * (1.0 - s) for g, s in zip(d_out.ravel(), self.values, strict=True)]
        return np.array(products, dtype=d_out.dtype).reshape(d_out.shape)
