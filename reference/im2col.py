"""im2col and col2im: image patches as the columns of a matrix, and the way back.

A convolution becomes one matrix product once every patch that the kernel sees is a column.
"""

from __future__ import annotations

import numpy as np


def im2col(
    x: np.ndarray,
    kernel_size: int | tuple[int, int],
    stride: int = 1,
    padding: int = 0,
) -> np.ndarray:
    """Lay out every window that a kernel sees in `x` as one column.

    The windows are taken from `x` with `padding` zeros on all four sides; their top left corners
    lie `stride` apart:

        out_h = floor((H + 2 * padding - kh) / stride) + 1      (out_w in the same way)

    Rows and columns that no whole window reaches are left out. The order is that of
    `torch.nn.Unfold`: row `(c * kh + i) * kw + j` of the result holds channel c at offset (i, j)
    inside the window; column `p * out_w + q` holds the window at row p, column q of the
    grid of windows.

    Args:
        x: images.
        kernel_size: height and width of a window; one int means a square.
        stride: distance between neighbouring windows, in both directions.
        padding: zeros added on each side, in both directions.

    Shape:
        x: (N, C, H, W), result: (N, C * kh * kw, out_h * out_w), of the same dtype.

    Raises:
        ValueError: x is not 4-D, kernel_size or stride is below 1, padding is negative, or the
            kernel is larger than the padded input.
    """
    kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
    n, c, h, w = x.shape
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
    padded[:, :, padding : padding + h, padding : padding + w] = x

    cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            # cols[n, c, i, j, p, q] = padded[n, c, p * stride + i, q * stride + j]
            rows = slice(i, i + stride * out_h, stride)
            columns = slice(j, j + stride * out_w, stride)
            cols[:, :, i, j] = padded[:, :, rows, columns]
    return cols.reshape(n, c * kh * kw, out_h * out_w)


def col2im(
    cols: np.ndarray,
    x_shape: tuple[int, int, int, int],
    kernel_size: int | tuple[int, int],
    stride: int = 1,
    padding: int = 0,
) -> np.ndarray:
    """Send columns back to the image: the adjoint (the transpose, as a linear map) of `im2col`.

    For all x of shape `x_shape` and all cols

        (im2col(x) * cols).sum() == (x * col2im(cols)).sum()

    with the same kernel_size, stride and padding on both sides. So `col2im` is the backward pass
    of `im2col`; it is not its inverse, unless no two windows share a pixel and none is left out.
    `torch.nn.Fold` computes the same.

    Args:
        cols: one column per window, in the order of `im2col`.
        x_shape: (N, C, H, W) of the image, without padding.
        kernel_size: height and width of a window; one int means a square.
        stride: distance between neighbouring windows, in both directions.
        padding: zeros that `im2col` added on each side.

    Shape:
        cols: (N, C * kh * kw, out_h * out_w), result: x_shape, of the dtype of `cols`.

    Raises:
        ValueError: x_shape does not have four numbers, or the shape of `cols` does not belong to it.
    """
    kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
    n, c, h, w = x_shape
    expected = (n, c * kh * kw, out_h * out_w)
    if cols.shape != expected:
        raise ValueError(f"cols must have shape {expected}, got {cols.shape}")

    windows = cols.reshape(n, c, kh, kw, out_h, out_w)
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
    for i in range(kh):
        for j in range(kw):
            # padded[n, c, p * stride + i, q * stride + j] += windows[n, c, i, j, p, q]
            rows = slice(i, i + stride * out_h, stride)
            columns = slice(j, j + stride * out_w, stride)
            padded[:, :, rows, columns] += windows[:, :, i, j]
    return padded[:, :, padding : padding + h, padding : padding + w]


def _sizes(
    x_shape: tuple[int, ...], kernel_size: int | tuple[int, int], stride: int, padding: int
) -> tuple[int, int, int, int]:
    if len(x_shape) != 4:
        raise ValueError(f"x must be 4-D (N, C, H, W), got shape {x_shape}")
    if isinstance(kernel_size, int | np.integer):
        kh = kw = int(kernel_size)
    else:
        kh, kw = kernel_size
    if min(kh, kw) < 1:
        raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
    if stride < 1:
        raise ValueError(f"stride must be at least 1, got {stride}")
    if padding < 0:
        raise ValueError(f"padding must not be negative, got {padding}")
    height, width = x_shape[2] + 2 * padding, x_shape[3] + 2 * padding
    if kh > height or kw > width:
        raise ValueError(f"kernel_size {kernel_size} is larger than the padded input, {height} by {width}")
    return kh, kw, (height - kh) // stride + 1, (width - kw) // stride + 1
