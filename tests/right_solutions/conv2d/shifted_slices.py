"""Loops over the cells of the kernel only; each cell is one matrix product over the channels."""

import numpy as np


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        kh, kw = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        if stride < 1:
            raise ValueError(f"stride: {stride} < 1")
        if padding < 0:
            raise ValueError(f"padding: {padding} < 0")
        if kh < 1 or kw < 1:
            raise ValueError(f"kernel_size: {kernel_size} < 1")
        if in_channels < 1 or out_channels < 1:
            raise ValueError(f"in_channels: {in_channels}, out_channels: {out_channels}; need >= 1")
        rng = rng or np.random.default_rng()
        shape = (out_channels, in_channels, kh, kw)
        self.weight = rng.normal(0, np.sqrt(2 / (in_channels * kh * kw)), shape)
        self.bias = np.zeros(out_channels)
        self.s, self.p = stride, padding

    def _cells(self, height, width):
        _, _, kh, kw = self.weight.shape
        rows, cols = (height - kh) // self.s + 1, (width - kw) // self.s + 1
        for a in range(kh):
            for b in range(kw):
                yield (
                    a,
                    b,
                    np.s_[
                        a : a + (rows - 1) * self.s + 1 : self.s,
                        b : b + (cols - 1) * self.s + 1 : self.s,
                        :,
                    ],
                )

    def forward(self, x):
        o, c, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != c:
            raise ValueError(f"x: shape {x.shape}, but in_channels is {c}")
        n, _, h, w = x.shape
        h, w = h + 2 * self.p, w + 2 * self.p
        if h < kh or w < kw:
            raise ValueError(f"kernel_size: {(kh, kw)} does not fit into {(h, w)}")
        border = (self.p, self.p)
        self.channels_last = np.pad(x.transpose(0, 2, 3, 1), ((0, 0), border, border, (0, 0)))
        out = 0
        for a, b, where in self._cells(h, w):
            out = out + self.channels_last[(slice(None), *where)] @ self.weight[:, :, a, b].T
        return (out + self.bias).transpose(0, 3, 1, 2)

    def backward(self, d_out):
        g = d_out.transpose(0, 2, 3, 1)
        d_last = np.zeros_like(self.channels_last, dtype=float)
        d_weight = np.zeros_like(self.weight)
        for a, b, where in self._cells(*self.channels_last.shape[1:3]):
            where = (slice(None), *where)
            d_last[where] += g @ self.weight[:, :, a, b]
            d_weight[:, :, a, b] = np.tensordot(g, self.channels_last[where], ((0, 1, 2),) * 2)
        h, w = d_last.shape[1:3]
        d_x = d_last[:, self.p : h - self.p, self.p : w - self.p].transpose(0, 3, 1, 2)
        return [d_x, d_weight, g.sum(axis=(0, 1, 2))]
