"""A letter for the group in every einsum."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, groups=1, rng=None):
        k = np.broadcast_to(kernel_size, 2)
        if k.min() < 1:
            raise ValueError(f"kernel_size too small: {kernel_size}")
        if stride < 1:
            raise ValueError(f"stride too small: {stride}")
        if padding < 0:
            raise ValueError(f"padding too small: {padding}")
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ValueError(f"groups: {groups} for {in_channels} and {out_channels} channels")
        rng = rng or np.random.default_rng()
        size = (out_channels, in_channels // groups, int(k[0]), int(k[1]))
        self.weight = np.sqrt(2 / np.prod(size[1:])) * rng.standard_normal(size)
        self.bias = np.zeros(out_channels)
        self.s, self.p, self.g = stride, padding, groups

    def forward(self, x):
        o, c, kh, kw = self.weight.shape
        if np.ndim(x) != 4 or x.shape[1] != self.g * c:
            raise ValueError(f"in_channels is {self.g * c}, x has shape {np.shape(x)}")
        n, _, h, w = x.shape
        padded = np.zeros((n, self.g, c, h + 2 * self.p, w + 2 * self.p))
        padded[..., self.p : self.p + h, self.p : self.p + w] = x.reshape(n, self.g, c, h, w)
        rows, cols = (padded.shape[-2] - kh) // self.s + 1, (padded.shape[-1] - kw) // self.s + 1
        if min(rows, cols) < 1:
            raise ValueError(f"the kernel {kh, kw} does not fit into the input {padded.shape[-2:]}")
        *lead, down, right = padded.strides
        shape = (n, self.g, c, rows, cols, kh, kw)
        self.seen = as_strided(padded, shape, (*lead, down * self.s, right * self.s, down, right)).copy()
        self.h, self.w = h, w
        out = np.einsum("ngcijab,gocab->ngoij", self.seen, self.weight.reshape(self.g, o // self.g, c, kh, kw), optimize=True)
        return out.reshape(n, o, rows, cols) + self.bias[None, :, None, None]

    def backward(self, d_out):
        o, c, kh, kw = self.weight.shape
        n, _, rows, cols = d_out.shape
        d = np.reshape(d_out, (n, self.g, o // self.g, rows, cols))
        d_weight = np.einsum("ngoij,ngcijab->gocab", d, self.seen, optimize=True).reshape(self.weight.shape)
        weight = self.weight.reshape(self.g, o // self.g, c, kh, kw)
        d_seen = np.einsum("ngoij,gocab->ngcijab", d, weight, optimize=True)
        d_padded = np.zeros((n, self.g, c, self.h + 2 * self.p, self.w + 2 * self.p))
        for i in range(rows):
            for j in range(cols):
                d_padded[..., i * self.s : i * self.s + kh, j * self.s : j * self.s + kw] += d_seen[:, :, :, i, j]
        d_x = d_padded[..., self.p : self.p + self.h, self.p : self.p + self.w]
        return d_x.reshape(n, self.g * c, self.h, self.w), d_weight, d_out.sum((0, 2, 3))
