"""im2col by strides, without a copy where that is possible; col2im window by window."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def _check(shape, kernel_size, stride, padding):
    if len(shape) != 4:
        raise ValueError("x must be (N, C, H, W), got " + str(tuple(shape)))
    kernel = np.broadcast_to(np.asarray(kernel_size), (2,))
    if (kernel < 1).any():
        raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
    if stride < 1:
        raise ValueError(f"stride must be at least 1, got {stride}")
    if padding < 0:
        raise ValueError(f"padding must be at least 0, got {padding}")
    room = np.array(shape[2:]) + 2 * padding - kernel
    if (room < 0).any():
        raise ValueError(f"kernel_size {kernel_size} is larger than the padded input {shape}, padding {padding}")
    return (*kernel.tolist(), *(room // stride + 1).tolist())


def im2col(x, kernel_size, stride=1, padding=0):
    kh, kw, oh, ow = _check(x.shape, kernel_size, stride, padding)
    if padding:
        x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    n, c = x.shape[:2]
    sn, sc, sh, sw = x.strides
    view = as_strided(
        x,
        (n, c, kh, kw, oh, ow),
        (sn, sc, sh, sw, sh * stride, sw * stride),
        writeable=False,
    )
    return view.reshape(n, c * kh * kw, oh * ow)


def col2im(cols, x_shape, kernel_size, stride=1, padding=0):
    kh, kw, oh, ow = _check(x_shape, kernel_size, stride, padding)
    n, c, h, w = x_shape
    if cols.shape != (n, c * kh * kw, oh * ow):
        raise ValueError(f"cols has the shape {cols.shape}, which is not {(n, c * kh * kw, oh * ow)}")
    image = np.zeros((n, c, h + 2 * padding, w + 2 * padding), cols.dtype)
    patches = np.moveaxis(cols, 2, 0).reshape(oh, ow, n, c, kh, kw)
    for p in range(oh):
        top = p * stride
        for q in range(ow):
            left = q * stride
            image[:, :, top : top + kh, left : left + kw] += patches[p, q]
    return image[:, :, padding : h + padding, padding : w + padding]
