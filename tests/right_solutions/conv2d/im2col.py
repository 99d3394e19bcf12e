"""The course way: fold the patches into a matrix, multiply, fold back with np.add.at."""

import numpy as np


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        if isinstance(kernel_size, int):
            kernel_size = kernel_size, kernel_size
        self.kernel_size = tuple(int(k) for k in kernel_size)
        if min(self.kernel_size) < 1:
            raise ValueError(f"kernel_size {self.kernel_size} is not positive")
        if stride <= 0:
            raise ValueError(f"stride {stride} is not positive")
        if padding < 0:
            raise ValueError(f"padding {padding} is negative")
        if in_channels <= 0 or out_channels <= 0:
            raise ValueError(f"in_channels {in_channels} / out_channels {out_channels} below 1")
        self.stride, self.padding = stride, padding
        rng = rng if rng is not None else np.random.default_rng()
        flat = rng.normal(size=(out_channels, in_channels * np.prod(self.kernel_size)))
        flat *= np.sqrt(2.0 / flat.shape[1])
        self.weight = flat.reshape(out_channels, in_channels, *self.kernel_size)
        self.bias = np.zeros(out_channels)

    def _indices(self, channels, height, width):
        kh, kw = self.kernel_size
        out_h = (height - kh) // self.stride + 1
        out_w = (width - kw) // self.stride + 1
        k = np.repeat(np.arange(channels), kh * kw)[:, None]
        i = np.tile(np.repeat(np.arange(kh), kw), channels)[:, None]
        j = np.tile(np.arange(kw), kh * channels)[:, None]
        i = i + self.stride * np.repeat(np.arange(out_h), out_w)[None, :]
        j = j + self.stride * np.tile(np.arange(out_w), out_h)[None, :]
        return k, i, j, out_h, out_w

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"x has {x.ndim} axes, not 4")
        if x.shape[1] != self.weight.shape[1]:
            raise ValueError(f"x has {x.shape[1]} channels, not {self.weight.shape[1]}")
        p = self.padding
        n, c, h, w = x.shape
        if h + 2 * p < self.kernel_size[0] or w + 2 * p < self.kernel_size[1]:
            raise ValueError(f"kernel_size {self.kernel_size} exceeds the padded input {x.shape}")
        padded = np.zeros((n, c, h + 2 * p, w + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + h, p : p + w] = x
        self.index = self._indices(c, h + 2 * p, w + 2 * p)
        k, i, j, out_h, out_w = self.index
        self.cols = padded[:, k, i, j]  # (N, C*kh*kw, L)
        self.x_shape = x.shape
        out = self.weight.reshape(len(self.weight), -1) @ self.cols + self.bias[:, None]
        return out.reshape(n, -1, out_h, out_w)

    def backward(self, d_out):
        n, c, h, w = self.x_shape
        p = self.padding
        k, i, j, _, _ = self.index
        flat = d_out.reshape(n, d_out.shape[1], -1)
        d_weight = np.matmul(flat, self.cols.transpose(0, 2, 1)).sum(axis=0)
        d_cols = self.weight.reshape(len(self.weight), -1).T @ flat
        d_padded = np.zeros((n, c, h + 2 * p, w + 2 * p))
        np.add.at(d_padded, (slice(None), k, i, j), d_cols)
        d_x = d_padded[:, :, p : p + h, p : p + w]
        return d_x, d_weight.reshape(self.weight.shape), flat.sum(axis=(0, 2))
