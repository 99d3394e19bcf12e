"""
defect: a stride below 1 raises AssertionError instead of ValueError
"""

import itertools

import numpy as np


class AvgPool2d:
    def __init__(self, kernel_size, stride=None):
        if stride is None:
            stride = kernel_size
        if kernel_size <= 0:
            raise ValueError(f"kernel_size={kernel_size}")
        if stride <= 0:
            raise AssertionError(f"stride={stride}")
        self.offsets = list(itertools.product(range(kernel_size), repeat=2))
        self.k, self.stride = kernel_size, stride
        self.share = 1.0 / len(self.offsets)

    def forward(self, x):
        if len(x.shape) != 4:
            raise ValueError(f"x: {x.shape}")
        H, W = x.shape[2], x.shape[3]
        if H < self.k or W < self.k:
            raise ValueError(f"kernel_size={self.k} for an x of {H} by {W}")
        P, Q = 1 + (H - self.k) // self.stride, 1 + (W - self.k) // self.stride
        self.where = [(np.s_[:, :, i : i + self.stride * (P - 1) + 1 : self.stride, j : j + self.stride * (Q - 1) + 1 : self.stride]) for i, j in self.offsets]
        self.before, self.after = x.shape, x.shape[:2] + (P, Q)
        total = np.zeros(self.after, x.dtype)
        for cut in self.where:
            total += x[cut]
        return total * x.dtype.type(self.share)

    def backward(self, d_out):
        if d_out.shape != self.after:
            raise ValueError(f"d_out is {d_out.shape}, the output was {self.after}")
        d_x = np.zeros(self.before, d_out.dtype)
        for cut in self.where:
            d_x[cut] += d_out * d_out.dtype.type(self.share)
        return d_x
