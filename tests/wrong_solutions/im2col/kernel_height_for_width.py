"""
defect: the number of window columns is computed from the kernel's height
"""

import numpy as np


def _places(shape, kernel_size, stride, padding, what):
    if len(shape) != 4:
        raise ValueError("%s: four axes are needed, not %r" % (what, shape))
    if isinstance(kernel_size, (int, np.integer)):
        kernel_size = (kernel_size,) * 2
    kh, kw = kernel_size
    _, c, h, w = shape
    if min(kh, kw) < 1 or kh > h + 2 * padding or kw > w + 2 * padding:
        raise ValueError("kernel_size %r does not fit %r with padding %d" % (kernel_size, shape, padding))
    if stride < 1:
        raise ValueError("stride %d" % stride)
    if padding < 0:
        raise ValueError("padding %d" % padding)
    oh = (h + 2 * padding - kh) // stride + 1
    ow = (w + 2 * padding - kh) // stride + 1
    channel, di, dj = (v.reshape(-1, 1) for v in np.indices((c, kh, kw)))
    p, q = (v.reshape(1, -1) for v in np.indices((oh, ow)))
    return channel, di + stride * p, np.minimum(dj + stride * q, w + 2 * padding - 1)


def im2col(x, kernel_size, stride=1, padding=0):
    if padding < 0:
        raise ValueError("padding %d" % padding)
    k, i, j = _places(x.shape, kernel_size, stride, padding, "x")
    big = np.zeros(x.shape[:2] + (x.shape[2] + 2 * padding, x.shape[3] + 2 * padding), x.dtype)
    big[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]] = x
    return big[:, k, i, j]


def col2im(cols, x_shape, kernel_size, stride=1, padding=0):
    if padding < 0:
        raise ValueError("padding %d" % padding)
    k, i, j = _places(x_shape, kernel_size, stride, padding, "x_shape")
    n, c, h, w = x_shape
    if cols.shape != (n, len(k), i.shape[1]):
        raise ValueError("cols %r does not belong to x_shape %r" % (cols.shape, x_shape))
    big = np.zeros((n, c, h + 2 * padding, w + 2 * padding), cols.dtype)
    np.add.at(big, (slice(None), k, i, j), cols)
    return big[:, :, padding : h + padding, padding : w + padding]
