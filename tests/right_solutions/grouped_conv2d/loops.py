"""Loops over output channels and pixels; the group is an offset into the input."""

import numpy as np


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, groups=1, rng=None):
        if isinstance(kernel_size, int):
            kernel_size = (kernel_size, kernel_size)
        if kernel_size[0] < 1 or kernel_size[1] < 1:
            raise ValueError(f"bad kernel_size {kernel_size}")
        if stride < 1 or padding < 0:
            raise ValueError(f"bad stride {stride} or padding {padding}")
        if groups < 1:
            raise ValueError(f"bad groups {groups}")
        for what, count in (("in_channels", in_channels), ("out_channels", out_channels)):
            if count % groups != 0:
                raise ValueError(f"{what} = {count} is no multiple of groups = {groups}")
        if rng is None:
            rng = np.random.default_rng()
        self.groups, self.stride, self.padding = groups, stride, padding
        self.weight = rng.normal(0, 1, (out_channels, in_channels // groups, *kernel_size))
        self.weight /= np.sqrt(self.weight[0].size / 2)
        self.bias = np.zeros(out_channels)

    def _places(self, shape):
        outs, ins, kh, kw = self.weight.shape
        for o in range(outs):
            first = o // (outs // self.groups) * ins
            for i in range(shape[0]):
                for j in range(shape[1]):
                    top, left = i * self.stride, j * self.stride
                    yield o, i, j, (slice(None), slice(first, first + ins), slice(top, top + kh), slice(left, left + kw))

    def forward(self, x):
        outs, ins, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != self.groups * ins:
            raise ValueError(f"x must have {self.groups * ins} channels, its shape is {x.shape}")
        p = self.padding
        self.padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        height, width = self.padded.shape[2:]
        if height < kh or width < kw:
            raise ValueError(f"kernel_size {kh}x{kw} for an input of {height}x{width}")
        out = np.empty((len(x), outs, (height - kh) // self.stride + 1, (width - kw) // self.stride + 1))
        for o, i, j, window in self._places(out.shape[2:]):
            out[:, o, i, j] = (self.padded[window] * self.weight[o]).sum(axis=(1, 2, 3)) + self.bias[o]
        return out

    def backward(self, d_out):
        d_padded, d_weight = np.zeros(self.padded.shape), np.zeros(self.weight.shape)
        d_bias = np.zeros(self.bias.shape)
        for o, i, j, window in self._places(d_out.shape[2:]):
            d = d_out[:, o, i, j].reshape(-1, 1, 1, 1)
            d_padded[window] += d * self.weight[o]
            d_weight[o] += (d * self.padded[window]).sum(axis=0)
            d_bias[o] += d.sum()
        p = self.padding
        return d_padded[:, :, p : d_padded.shape[2] - p, p : d_padded.shape[3] - p], d_weight, d_bias
