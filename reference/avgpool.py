"""2-D average pooling: the mean of every window."""

from __future__ import annotations

import numpy as np


class AvgPool2d:
    """The mean of every window, channel by channel.

        out[n, c, p, q] = mean over i, j < kernel_size of x[n, c, p * stride + i, q * stride + j]

        out_h = floor((H - kernel_size) / stride) + 1      (out_w likewise)

    There is no padding: rows and columns that no whole window reaches are left out. Windows are square. They overlap where
    the stride is smaller than the kernel.
    """

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        """Set the size of the windows and the distance between them.

        Args:
            kernel_size: height and width of a window.
            stride: distance between neighbouring windows; None means `kernel_size`, as in PyTorch.

        Raises:
            ValueError: kernel_size or stride is below 1.
        """
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        if self.kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if self.stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Take the mean of every window.

        Shape:
            x: `(N, C, H, W)`; returns `(N, C, out_h, out_w)`, of the same dtype.

        Raises:
            ValueError: kernel_size is larger than x.
        """
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        # out[p, q] = sum over i, j of x[p * stride + i, q * stride + j] / kernel_size^2
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss with respect to x. A pixel in several windows gets the sum of its shares.

        Shape:
            d_out: `(N, C, out_h, out_w)`; returns `(N, C, H, W)`, of the dtype of d_out.
        """
        # d_x[p * stride + i, q * stride + j] += d_out[p, q] / kernel_size^2
        share = d_out / self.kernel_size**2
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x

    def _window(self, i: int, j: int) -> tuple[slice, slice, slice, slice]:
        """The pixels that all windows have at the place (i, j), as slices of x."""
        out_h, out_w = self._out_shape[2:]
        rows = slice(i, i + self.stride * out_h, self.stride)
        columns = slice(j, j + self.stride * out_w, self.stride)
        return slice(None), slice(None), rows, columns
