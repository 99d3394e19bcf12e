"""
defect: the share of the gradient is cut to five decimals
"""

import numpy as np


class AvgPool2d:
    def __init__(self, kernel_size, stride=None):
        if kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if stride is not None and stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        self.k = kernel_size
        self.s = kernel_size if stride is None else stride

    def spots(self):
        h, w = self.shape[2:]
        for p, y in enumerate(range(0, h - self.k + 1, self.s)):
            for q, x in enumerate(range(0, w - self.k + 1, self.s)):
                yield p, q, slice(y, y + self.k), slice(x, x + self.k)

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"x must have four axes, got shape {x.shape}")
        n, c, h, w = x.shape
        if self.k > min(h, w):
            raise ValueError(f"kernel_size {self.k} is larger than x {x.shape}")
        self.shape = x.shape
        self.out_shape = (n, c, (h - self.k) // self.s + 1, (w - self.k) // self.s + 1)
        out = np.zeros(self.out_shape, dtype=x.dtype)
        for p, q, rows, columns in self.spots():
            out[:, :, p, q] = x[:, :, rows, columns].mean(axis=(2, 3))
        return out

    def backward(self, d_out):
        if d_out.shape != self.out_shape:
            raise ValueError(f"d_out must be {self.out_shape}, got {d_out.shape}")
        g = np.zeros(self.shape, dtype=d_out.dtype)
        for p, q, rows, columns in self.spots():
            g[:, :, rows, columns] += np.round(d_out[:, :, p, q, None, None] / self.k**2, 5)
        return g
