"""
defect: the ValueError for a bad stride names neither argument nor value
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def geometry(name, shape, kernel_size, stride, padding):
    if len(shape) != 4:
        raise ValueError(f"{name} must have four axes, got {shape}")
    kh, kw = kernel_size if np.iterable(kernel_size) else (kernel_size, kernel_size)
    if kh < 1 or kw < 1:
        raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
    if stride < 1:
        raise ValueError("invalid argument")
    if padding < 0:
        raise ValueError(f"padding must not be negative, got {padding}")
    H, W = shape[2] + 2 * padding, shape[3] + 2 * padding
    if kh > H or kw > W:
        raise ValueError(f"kernel_size {kernel_size} is larger than the padded input ({H}, {W})")
    return kh, kw, (H - kh) // stride + 1, (W - kw) // stride + 1


def windows(a, kh, kw, oh, ow, stride):
    sn, sc, sh, sw = a.strides
    shape = a.shape[:2] + (kh, kw, oh, ow)
    return as_strided(a, shape, (sn, sc, sh, sw, sh * stride, sw * stride))


def im2col(x, kernel_size, stride=1, padding=0):
    kh, kw, oh, ow = geometry("x", x.shape, kernel_size, stride, padding)
    frame = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    w = windows(frame, kh, kw, oh, ow, stride)
    return w.reshape(x.shape[0], x.shape[1] * kh * kw, oh * ow).copy()


def col2im(cols, x_shape, kernel_size, stride=1, padding=0):
    kh, kw, oh, ow = geometry("x_shape", tuple(x_shape), kernel_size, stride, padding)
    n, c, h, w = x_shape
    if cols.shape != (n, c * kh * kw, oh * ow):
        raise ValueError(f"cols has shape {cols.shape}, expected {(n, c * kh * kw, oh * ow)}")
    frame = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
    parts = cols.reshape(n, c, kh, kw, oh, ow)
    view = windows(frame, kh, kw, oh, ow, stride)
    for i in range(kh):
        for j in range(kw):
            view[:, :, i, j] += parts[:, :, i, j]
    return frame[:, :, padding : padding + h, padding : padding + w].copy()
