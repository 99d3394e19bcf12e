"""
defect: the ValueError for a d_out of another shape names neither argument nor value
"""

import numpy as np


class MaxPool2d:
    def __init__(self, kernel_size, stride=None):
        if kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if stride is not None and stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        self.k = kernel_size
        self.s = kernel_size if stride is None else stride

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"x must have four axes, got shape {x.shape}")
        n, c, h, w = x.shape
        if self.k > h or self.k > w:
            raise ValueError(f"kernel_size {self.k} is larger than x {x.shape}")
        self.shape = x.shape
        oh, ow = (h - self.k) // self.s + 1, (w - self.k) // self.s + 1
        out = np.empty((n, c, oh, ow), dtype=x.dtype)
        self.winner = {}
        for a, b, p, q in np.ndindex(out.shape):
            window = x[a, b, p * self.s : p * self.s + self.k, q * self.s : q * self.s + self.k]
            i, j = divmod(int(window.argmax()), self.k)
            out[a, b, p, q] = window[i, j]
            self.winner[a, b, p, q] = (a, b, p * self.s + i, q * self.s + j)
        self.out_shape = out.shape
        return out

    def backward(self, d_out):
        if d_out.shape != self.out_shape:
            raise ValueError("wrong shape")
        g = np.zeros(self.shape, dtype=d_out.dtype)
        for place, pixel in self.winner.items():
            g[pixel] += d_out[place]
        return g
