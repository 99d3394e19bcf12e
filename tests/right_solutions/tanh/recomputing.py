"""Keeps the input alone, and computes the slope as sech squared."""

import numpy as np


class Tanh:
    def forward(self, x):
        self.x = x.copy()
        return np.tanh(self.x)

    def backward(self, d_out):
        e = np.exp(-2 * np.abs(self.x))
        slope = 4 * e / (1 + e) ** 2
        return np.multiply(slope, d_out)
