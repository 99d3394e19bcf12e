"""A loop over groups, and inside it windows as a view."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, groups=1, rng=None):
        kh, kw = kernel_size if np.iterable(kernel_size) else (kernel_size, kernel_size)
        if min(kh, kw) < 1:
            raise ValueError(f"kernel_size must be positive, got {kernel_size}")
        if stride < 1:
            raise ValueError(f"stride must be positive, got {stride}")
        if padding < 0:
            raise ValueError(f"padding must not be negative, got {padding}")
        if groups < 1:
            raise ValueError(f"groups must be positive, got {groups}")
        if in_channels % groups:
            raise ValueError(f"in_channels {in_channels} cannot be split into {groups} groups")
        if out_channels % groups:
            raise ValueError(f"out_channels {out_channels} cannot be split into {groups} groups")
        rng = rng if rng is not None else np.random.default_rng()
        each = in_channels // groups
        self.weight = rng.standard_normal((out_channels, each, kh, kw)) * np.sqrt(2 / (each * kh * kw))
        self.bias = np.zeros(out_channels)
        self.stride, self.padding, self.groups = stride, padding, groups

    def _parts(self):
        outs, ins = self.weight.shape[0] // self.groups, self.weight.shape[1]
        for g in range(self.groups):
            yield slice(g * ins, (g + 1) * ins), slice(g * outs, (g + 1) * outs)

    def forward(self, x):
        channels = self.weight.shape[1] * self.groups
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x has shape {x.shape}, expected {channels} channels")
        p, s = self.padding, self.stride
        kh, kw = self.weight.shape[2:]
        self.padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        if self.padded.shape[2] < kh or self.padded.shape[3] < kw:
            raise ValueError(f"kernel_size {(kh, kw)} is larger than the padded input {self.padded.shape[2:]}")
        self.windows = sliding_window_view(self.padded, (kh, kw), axis=(2, 3))[:, :, ::s, ::s]
        outs = [np.einsum("ncijab,ocab->noij", self.windows[:, i], self.weight[o]) for i, o in self._parts()]
        return np.concatenate(outs, axis=1) + self.bias[:, None, None]

    def backward(self, d_out):
        p, s = self.padding, self.stride
        rows, cols = d_out.shape[2:]
        d_padded, d_weight = np.zeros(self.padded.shape), np.empty(self.weight.shape)
        for i, o in self._parts():
            d_weight[o] = np.einsum("noij,ncijab->ocab", d_out[:, o], self.windows[:, i])
            for a, b in np.ndindex(self.weight.shape[2:]):
                spread = np.einsum("noij,oc->ncij", d_out[:, o], self.weight[o, :, a, b])
                d_padded[:, i, a : a + s * rows : s, b : b + s * cols : s] += spread
        height, width = d_padded.shape[2:]
        return d_padded[:, :, p : height - p, p : width - p], d_weight, d_out.sum(axis=(0, 2, 3))
