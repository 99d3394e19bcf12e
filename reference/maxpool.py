"""2-D max pooling: the largest value of every window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


class MaxPool2d:
    """The maximum of every window, channel by channel.

        out[n, c, p, q] = max over i, j < kernel_size of x[n, c, p * stride + i, q * stride + j]

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
        """Take the maximum of every window and remember which pixel it was.

        Shape:
            x: `(N, C, H, W)`; returns `(N, C, out_h, out_w)`, of the same dtype.

        Raises:
            ValueError: kernel_size is larger than x.
        """
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=int)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            # only a larger value wins, so at a tie the first maximum remains the winner
            self._winner[value > out] = number
            np.maximum(out, value, out=out)
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss with respect to x.

        At a tie the first maximum of the window in row-major order takes the whole gradient. A pixel that is the maximum of
        several windows gets the sum of their gradients.

        Shape:
            d_out: `(N, C, out_h, out_w)`; returns `(N, C, H, W)`, of the dtype of d_out.
        """
        d_x = np.zeros(self._x_shape, dtype=d_out.dtype)
        # each pixel adds up the gradients of the windows that it won
        for number, offset in enumerate(self._offsets()):
            d_x[offset] += d_out * (self._winner == number)
        return d_x

    def _offsets(self) -> Iterator[tuple[slice, ...]]:
        """For each place (i, j) in the window, row by row: the pixels that all windows have there, as slices of x."""
        h, w = self._x_shape[2:]
        k, s = self.kernel_size, self.stride
        for i in range(k):
            for j in range(k):
                rows, columns = slice(i, h - k + i + 1, s), slice(j, w - k + j + 1, s)
                yield slice(None), slice(None), rows, columns
