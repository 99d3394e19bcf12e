"""as_strided windows; backwards a full correlation of the dilated gradient."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def _windows(x, kh, kw, stride):
    n, c, h, w = x.shape
    sn, sc, sh, sw = x.strides
    shape = (n, c, (h - kh) // stride + 1, (w - kw) // stride + 1, kh, kw)
    return as_strided(x, shape, (sn, sc, sh * stride, sw * stride, sh, sw), writeable=False)


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        try:
            kh, kw = kernel_size
        except TypeError:
            kh = kw = kernel_size
        if kh < 1 or kw < 1:
            raise ValueError(f"kernel_size must be positive, got {kernel_size}")
        if stride < 1:
            raise ValueError(f"stride must be positive, got {stride}")
        if padding < 0:
            raise ValueError(f"padding must be zero or more, got {padding}")
        if in_channels < 1:
            raise ValueError(f"in_channels must be positive, got {in_channels}")
        if out_channels < 1:
            raise ValueError(f"out_channels must be positive, got {out_channels}")
        if rng is None:
            rng = np.random.default_rng()
        std = np.sqrt(2.0 / (in_channels * kh * kw))
        self.bias = np.zeros(out_channels)
        self.weight = std * rng.standard_normal(size=(out_channels, in_channels, kh, kw))
        self.stride = stride
        self.padding = padding

    def forward(self, x):
        _, c, kh, kw = self.weight.shape
        if x.ndim != 4:
            raise ValueError(f"x must be four-dimensional, got shape {x.shape}")
        if x.shape[1] != c:
            raise ValueError(f"x must have {c} channels, got {x.shape[1]}")
        p = self.padding
        if min(x.shape[2] + 2 * p - kh, x.shape[3] + 2 * p - kw) < 0:
            raise ValueError(f"kernel_size {(kh, kw)} larger than padded input, x is {x.shape}")
        self.padded = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)], mode="constant")
        windows = _windows(self.padded, kh, kw, self.stride)
        out = np.tensordot(windows, self.weight, axes=([1, 4, 5], [1, 2, 3]))
        return np.moveaxis(out + self.bias, -1, 1)

    def backward(self, d_out):
        _, _, kh, kw = self.weight.shape
        n, o, rows, cols = d_out.shape
        s, p = self.stride, self.padding
        windows = _windows(self.padded, kh, kw, s)
        d_weight = np.tensordot(d_out, windows, axes=([0, 2, 3], [0, 2, 3]))
        height, width = self.padded.shape[2:]
        # zeros between the gradients, and a border of kernel - 1 around them
        spread = np.zeros((n, o, height + kh - 1, width + kw - 1))
        spread[:, :, kh - 1 : kh - 1 + rows * s : s, kw - 1 : kw - 1 + cols * s : s] = d_out
        flipped = self.weight[:, :, ::-1, ::-1]
        d_padded = np.tensordot(_windows(spread, kh, kw, 1), flipped, axes=([1, 4, 5], [0, 2, 3])).transpose(0, 3, 1, 2)
        d_x = d_padded[:, :, p : height - p, p : width - p]
        return d_x, d_weight, d_out.sum(axis=(0, 2, 3))
