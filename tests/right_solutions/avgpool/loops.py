"""Average pooling with a loop over the windows."""

import numpy as np


class AvgPool2d:
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
        k, s = self.kernel_size, self.stride
        if h < k or w < k:
            raise ValueError(f"kernel_size {k} is too large for {h} x {w}")
        out = np.zeros((n, c, (h - k) // s + 1, (w - k) // s + 1), dtype=x.dtype)
        for sample, channel, p, q in np.ndindex(out.shape):
            total = 0
            for i in range(k):
                for j in range(k):
                    total += x[sample, channel, p * s + i, q * s + j]
            out[sample, channel, p, q] = total / (k * k)
        self.shape = x.shape
        return out

    def backward(self, d_out):
        k, s = self.kernel_size, self.stride
        d_x = np.zeros(self.shape, dtype=d_out.dtype)
        for sample, channel, p, q in np.ndindex(d_out.shape):
            share = d_out[sample, channel, p, q] / (k * k)
            d_x[sample, channel, p * s : p * s + k, q * s : q * s + k] += share
        return d_x
