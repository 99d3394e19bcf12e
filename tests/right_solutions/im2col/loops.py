"""im2col and col2im with one loop for every index."""

import numpy as np


def sizes(shape, kernel_size, stride, padding):
    if len(shape) != 4:
        raise ValueError(f"x: expected (N, C, H, W), got {shape}")
    kh, kw = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    if kh <= 0 or kw <= 0:
        raise ValueError(f"kernel_size must be positive, got {kernel_size}")
    if stride <= 0:
        raise ValueError(f"stride must be positive, got {stride}")
    if padding < 0:
        raise ValueError(f"padding must be at least 0, got {padding}")
    if kh > shape[2] + 2 * padding or kw > shape[3] + 2 * padding:
        raise ValueError(f"kernel_size={kernel_size} does not fit into {shape} with padding={padding}")
    out_h = (shape[2] + 2 * padding - kh) // stride + 1
    out_w = (shape[3] + 2 * padding - kw) // stride + 1
    return kh, kw, out_h, out_w


def places(shape, kernel_size, stride, padding):
    kh, kw, out_h, out_w = sizes(shape, kernel_size, stride, padding)
    for channel in range(shape[1]):
        for i in range(kh):
            for j in range(kw):
                row = (channel * kh + i) * kw + j
                for p in range(out_h):
                    for q in range(out_w):
                        y, x = p * stride + i - padding, q * stride + j - padding
                        if 0 <= y < shape[2] and 0 <= x < shape[3]:
                            yield row, p * out_w + q, channel, y, x


def im2col(x, kernel_size, stride=1, padding=0):
    kh, kw, out_h, out_w = sizes(x.shape, kernel_size, stride, padding)
    cols = np.zeros((x.shape[0], x.shape[1] * kh * kw, out_h * out_w), x.dtype)
    for row, column, channel, i, j in places(x.shape, kernel_size, stride, padding):
        for sample in range(x.shape[0]):
            cols[sample, row, column] = x[sample, channel, i, j]
    return cols


def col2im(cols, x_shape, kernel_size, stride=1, padding=0):
    kh, kw, out_h, out_w = sizes(x_shape, kernel_size, stride, padding)
    if cols.shape != (x_shape[0], x_shape[1] * kh * kw, out_h * out_w):
        raise ValueError(f"cols of shape {cols.shape} do not belong to {x_shape}")
    image = np.zeros(x_shape, cols.dtype)
    for row, column, channel, i, j in places(x_shape, kernel_size, stride, padding):
        for sample in range(x_shape[0]):
            image[sample, channel, i, j] += cols[sample, row, column]
    return image
