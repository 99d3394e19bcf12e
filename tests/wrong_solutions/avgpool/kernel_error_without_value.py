"""
defect: the ValueError for a kernel larger than x names neither argument nor value
"""

import numpy as np


class AvgPool2d:
    def __init__(self, kernel_size, stride=None):
        step = kernel_size if stride is None else stride
        if kernel_size < 1:
            raise ValueError("kernel_size = %d" % kernel_size)
        if step < 1:
            raise ValueError("stride = %d" % step)
        self.kernel, self.step = kernel_size, step

    def band(self, length, dtype):
        count = (length - self.kernel) // self.step + 1
        m = np.zeros((count, length), dtype=dtype)
        for r in range(count):
            m[r, r * self.step : r * self.step + self.kernel] = 1 / self.kernel
        return m

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError("x has %d axes" % x.ndim)
        if x.shape[2] < self.kernel or x.shape[3] < self.kernel:
            raise ValueError("too small")
        self.sizes = x.shape[2:]
        left, right = (self.band(n, x.dtype) for n in self.sizes)
        out = left @ x @ right.T
        self.expected = out.shape
        return out

    def backward(self, d_out):
        if d_out.shape != self.expected:
            raise ValueError("d_out %s instead of %s" % (d_out.shape, self.expected))
        left, right = (self.band(n, d_out.dtype) for n in self.sizes)
        return left.T @ d_out @ right
