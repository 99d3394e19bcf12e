"""2-d max pooling: the largest value of every window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


class MaxPool2d:
    """The maximum of every window, channel by channel.

        out[n, c, p, q] = max over i, j < kernel_size of x[n, c, p * stride + i, q * stride + j]

        out_h = floor((H - kernel_size) / stride) + 1      (out_w in the same way)

    There is no padding: rows and columns that no whole window reaches are left out. Windows are
    square. They overlap where the stride is smaller than the kernel.
    """

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        """Remember the size and the distance of the windows.

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
        self._x_shape: tuple[int, ...] = ()
        self._winner: np.ndarray = np.zeros((0, 0, 0, 0), dtype=np.int32)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Take the maximum of every window.

        Args:
            x: images.

        Shape:
            x: (N, C, H, W), result: (N, C, out_h, out_w), of the same dtype.

        Raises:
            ValueError: x has not four axes, or the kernel is larger than x.
        """
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            # winner = number of the last offset that beat all before it = the first maximum
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Give the gradient of the loss with respect to the last input of `forward`.

        At a tie the first maximum of the window in row-major order takes the whole gradient. A
        pixel that is the maximum of several windows gets the sum of their gradients.

        Args:
            d_out: gradient of the loss with respect to the output.

        Shape:
            d_out: (N, C, out_h, out_w), result: (N, C, H, W), of the dtype of `d_out`.

        Raises:
            ValueError: d_out has not the shape of the output.
        """
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        # place in x.ravel(): start of the image + corner of the window + offset of the maximum
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        # d_x[place] += d_out[window], summed over all windows with the same place
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        return d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)

    def _offsets(self) -> Iterator[tuple[slice, ...]]:
        h, w = self._x_shape[2:]
        k, s = self.kernel_size, self.stride
        for i in range(k):
            for j in range(k):
                rows, columns = slice(i, h - k + i + 1, s), slice(j, w - k + j + 1, s)
                yield slice(None), slice(None), rows, columns
