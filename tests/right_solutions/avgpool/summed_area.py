"""Average pooling by a summed-area table; backward scatters with np.add.at."""

import numpy as np


class AvgPool2d:
    def __init__(self, kernel_size, stride=None):
        if kernel_size < 1:
            raise ValueError(f"kernel_size = {kernel_size}")
        if stride is not None and stride < 1:
            raise ValueError(f"stride = {stride}")
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"x is not (N, C, H, W): {x.shape}")
        k, s = self.kernel_size, self.stride
        n, c, h, w = self.shape = x.shape
        if k > min(h, w):
            raise ValueError(f"kernel_size {k} is larger than x, {x.shape}")
        table = np.zeros((n, c, h + 1, w + 1))
        table[:, :, 1:, 1:] = x.cumsum(axis=2, dtype=float).cumsum(axis=3)
        low_h, low_w = np.arange(0, h - k + 1, s)[:, None], np.arange(0, w - k + 1, s)
        total = (
            table[:, :, low_h + k, low_w + k]
            - table[:, :, low_h, low_w + k]
            - table[:, :, low_h + k, low_w]
            + table[:, :, low_h, low_w]
        )
        return (total / (k * k)).astype(x.dtype)

    def backward(self, d_out):
        k, s = self.kernel_size, self.stride
        d_x = np.zeros(self.shape, d_out.dtype)
        p = np.arange(d_out.shape[2])[:, None, None, None] * s + np.arange(k)[:, None]
        q = np.arange(d_out.shape[3])[:, None, None] * s + np.arange(k)
        np.add.at(d_x, (slice(None), slice(None), p, q), d_out[..., None, None] / k**2)
        return d_x
