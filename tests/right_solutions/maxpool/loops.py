"""Max pooling with one loop for every index."""

import numpy as np


class MaxPool2d:
    def __init__(self, kernel_size, stride=None):
        if kernel_size <= 0:
            raise ValueError(f"kernel_size must be positive, got {kernel_size}")
        if stride is None:
            stride = kernel_size
        if stride <= 0:
            raise ValueError(f"stride must be positive, got {stride}")
        self.kernel_size, self.stride = kernel_size, stride

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"x must have shape (N, C, H, W), got {x.shape}")
        n, c, h, w = x.shape
        if h < self.kernel_size or w < self.kernel_size:
            raise ValueError(f"kernel_size {self.kernel_size} is too large for {h} x {w}")
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        out = np.zeros((n, c, out_h, out_w), dtype=x.dtype)
        self.best = {}
        self.shape = x.shape
        for place in np.ndindex(out.shape):
            sample, channel, p, q = place
            best = None
            for i in range(p * self.stride, p * self.stride + self.kernel_size):
                for j in range(q * self.stride, q * self.stride + self.kernel_size):
                    if best is None or x[sample, channel, i, j] > x[best]:
                        best = (sample, channel, i, j)
            self.best[place] = best
            out[place] = x[best]
        return out

    def backward(self, d_out):
        d_x = np.zeros(self.shape, dtype=d_out.dtype)
        for place, best in self.best.items():
            d_x[best] += d_out[place]
        return d_x
