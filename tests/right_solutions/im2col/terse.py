import numpy as np
from numpy.lib.stride_tricks import sliding_window_view as windows


def prepare(shape, k, s, p):
    kh, kw = k if isinstance(k, tuple) else (k, k)
    if len(shape) != 4:
        raise ValueError(f"x of shape {shape}")
    h, w = shape[2:]
    if s < 1:
        raise ValueError(f"stride {s}")
    if p < 0:
        raise ValueError(f"padding {p}")
    if not (0 < kh <= h + 2 * p and 0 < kw <= w + 2 * p):
        raise ValueError(f"kernel_size {k} for a padded input of {h + 2 * p} x {w + 2 * p}")
    return kh, kw, (h + 2 * p - kh) // s + 1, (w + 2 * p - kw) // s + 1


def im2col(x, kernel_size, stride=1, padding=0):
    kh, kw, oh, ow = prepare(x.shape, kernel_size, stride, padding)
    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    view = windows(x, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncpqij->ncijpq", view).reshape(len(x), -1, oh * ow)


def col2im(cols, x_shape, kernel_size, stride=1, padding=0):
    kh, kw, oh, ow = prepare(x_shape, kernel_size, stride, padding)
    n, c, h, w = x_shape
    if cols.shape != (n, c * kh * kw, oh * ow):
        raise ValueError(f"cols {cols.shape}")
    v = cols.reshape(n, c, kh, kw, oh, ow)
    down = np.zeros((n, c, h + 2 * padding, kw, ow), cols.dtype)
    for i in range(kh):
        down[:, :, i : i + stride * oh : stride] += v[:, :, i].transpose(0, 1, 3, 2, 4)
    out = np.zeros((n, c, h + 2 * padding, w + 2 * padding), cols.dtype)
    for j in range(kw):
        out[..., j : j + stride * ow : stride] += down[..., j, :]
    return out[..., padding : padding + h, padding : padding + w]
