"""
defect: an x with five axes raises TypeError instead of ValueError
"""

import numpy as np


class MaxPool2d:
    def __init__(self, kernel_size, stride=None):
        if kernel_size <= 0:
            raise ValueError("kernel_size %d" % kernel_size)
        stride = kernel_size if stride is None else stride
        if stride <= 0:
            raise ValueError("stride %d" % stride)
        self.size, self.stride = kernel_size, stride

    def cut(self, a, i, j, rows, columns):
        s = self.stride
        return a[:, :, i : i + s * (rows - 1) + 1 : s, j : j + s * (columns - 1) + 1 : s]

    def forward(self, x):
        if np.ndim(x) != 4:
            raise TypeError("x has %d axes, not 4" % np.ndim(x))
        height, width = x.shape[-2:]
        if min(height, width) < self.size:
            raise ValueError("kernel_size %d does not fit into x %s" % (self.size, x.shape))
        rows = (height - self.size) // self.stride + 1
        columns = (width - self.size) // self.stride + 1
        best = self.cut(x, 0, 0, rows, columns).copy()
        origin = np.zeros(best.shape, dtype=int)
        for number in range(1, self.size**2):
            rival = self.cut(x, *divmod(number, self.size), rows, columns)
            better = rival > best
            best[better] = rival[better]
            origin[better] = number
        self.memory = x.shape, origin
        return best

    def backward(self, d_out):
        shape, origin = self.memory
        if d_out.shape != origin.shape:
            raise ValueError("d_out has shape %s, the output had %s" % (d_out.shape, origin.shape))
        d_x = np.zeros(shape, d_out.dtype)
        for number in range(self.size**2):
            part = self.cut(d_x, *divmod(number, self.size), *origin.shape[2:])
            part += np.where(origin == number, d_out, d_out.dtype.type(0))
        return d_x
