"""im2col as the linear map that it is: col2im multiplies by the transposed matrix."""

import numpy as np


def selection(size, kernel, stride, padding):
    """0/1 tensor S[place, offset, pixel] of one direction."""
    count = (size + 2 * padding - kernel) // stride + 1
    matrix = np.zeros((count, kernel, size))
    for place in range(count):
        for offset in range(kernel):
            pixel = place * stride + offset - padding
            if 0 <= pixel < size:
                matrix[place, offset, pixel] = 1
    return matrix


def both(shape, kernel_size, stride, padding):
    if len(shape) != 4:
        raise ValueError(f"x must be four-dimensional, its shape is {shape}")
    pair = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
    if stride < 1:
        raise ValueError(f"stride has to be a positive number: {stride}")
    if padding < 0:
        raise ValueError(f"padding cannot be negative: {padding}")
    for k, size in zip(pair, shape[2:], strict=True):
        if k < 1 or k > size + 2 * padding:
            raise ValueError(f"kernel_size is not between 1 and the padded size: {kernel_size}")
    return [selection(size, k, stride, padding) for k, size in zip(pair, shape[2:], strict=True)]


def im2col(x, kernel_size, stride=1, padding=0):
    down, across = both(x.shape, kernel_size, stride, padding)
    cols = np.einsum("pih,qjw,nchw->ncijpq", down, across, x, optimize=True)
    n, c, kh, kw, oh, ow = cols.shape
    return np.reshape(cols, (n, c * kh * kw, oh * ow)).astype(x.dtype)


def col2im(cols, x_shape, kernel_size, stride=1, padding=0):
    down, across = both(x_shape, kernel_size, stride, padding)
    (oh, kh, _), (ow, kw, _) = down.shape, across.shape
    if cols.shape != (x_shape[0], x_shape[1] * kh * kw, oh * ow):
        raise ValueError(f"cols has a shape that does not fit x_shape {x_shape}: {cols.shape}")
    windows = cols.reshape(x_shape[0], x_shape[1], kh, kw, oh, ow)
    return np.einsum("pih,qjw,ncijpq->nchw", down, across, windows, optimize=True).astype(cols.dtype)
