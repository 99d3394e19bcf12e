"""
defect: a kernel given as a pair is read as (kw, kh)
"""

import numpy as np


def pair(kernel_size):
    try:
        kw, kh = kernel_size
    except TypeError:
        kh = kw = kernel_size
    return int(kh), int(kw)


def check(shape, kh, kw, stride, padding):
    if len(shape) != 4:
        raise ValueError(f"x or x_shape must have 4 axes: {shape}")
    if stride <= 0:
        raise ValueError(f"stride={stride}")
    if padding < 0:
        raise ValueError(f"padding={padding}")
    if kh <= 0 or kw <= 0 or kh > shape[2] + 2 * padding or kw > shape[3] + 2 * padding:
        raise ValueError(f"kernel_size={(kh, kw)} for shape {shape}, padding={padding}")


def walk(shape, kh, kw, stride, padding):
    n_channels, height, width = shape[1:]
    column = 0
    for top in range(-padding, height + padding - kh + 1, stride):
        for left in range(-padding, width + padding - kw + 1, stride):
            row = 0
            for c in range(n_channels):
                for y in range(top, top + kh):
                    for x in range(left, left + kw):
                        yield row, column, c, y, x, (0 <= y < height and 0 <= x < width)
                        row += 1
            column += 1


def size(shape, kh, kw, stride, padding):
    return ((shape[2] + 2 * padding - kh) // stride + 1) * ((shape[3] + 2 * padding - kw) // stride + 1)


def im2col(x, kernel_size, stride=1, padding=0):
    kh, kw = pair(kernel_size)
    check(x.shape, kh, kw, stride, padding)
    cols = np.zeros((x.shape[0], x.shape[1] * kh * kw, size(x.shape, kh, kw, stride, padding)), dtype=x.dtype)
    for row, column, c, i, j, inside in walk(x.shape, kh, kw, stride, padding):
        if inside:
            cols[:, row, column] = x[:, c, i, j]
    return cols


def col2im(cols, x_shape, kernel_size, stride=1, padding=0):
    kh, kw = pair(kernel_size)
    check(x_shape, kh, kw, stride, padding)
    want = (x_shape[0], x_shape[1] * kh * kw, size(x_shape, kh, kw, stride, padding))
    if cols.shape != want:
        raise ValueError(f"cols must be {want}, not {cols.shape}")
    image = np.zeros(x_shape, dtype=cols.dtype)
    for row, column, c, i, j, inside in walk(x_shape, kh, kw, stride, padding):
        if inside:
            image[:, c, i, j] += cols[:, row, column]
    return image
