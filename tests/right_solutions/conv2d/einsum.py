"""Windows as a view and einsum; the gradient is scattered one kernel cell at a time."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        kh, kw = kernel_size if np.iterable(kernel_size) else (kernel_size, kernel_size)
        checks = {
            "in_channels": (in_channels, 1),
            "out_channels": (out_channels, 1),
            "kernel_size": (min(kh, kw), 1),
            "stride": (stride, 1),
            "padding": (padding, 0),
        }
        for name, (value, least) in checks.items():
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels * kh * kw
        self.weight = rng.standard_normal((out_channels, in_channels, kh, kw)) * np.sqrt(2 / fan_in)
        self.bias = np.zeros(out_channels)
        self.stride, self.padding = stride, padding

    def forward(self, x):
        if x.ndim != 4 or x.shape[1] != self.weight.shape[1]:
            raise ValueError(f"x must be (N, {self.weight.shape[1]}, H, W), got {x.shape}")
        p, s = self.padding, self.stride
        self.padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        kh, kw = self.weight.shape[2:]
        if self.padded.shape[2] < kh or self.padded.shape[3] < kw:
            raise ValueError(f"kernel_size {kh, kw} is larger than {self.padded.shape[2:]}")
        self.windows = sliding_window_view(self.padded, (kh, kw), axis=(2, 3))[:, :, ::s, ::s]
        return np.einsum("ncijab,ocab->noij", self.windows, self.weight) + self.bias[:, None, None]

    def backward(self, d_out):
        p, s = self.padding, self.stride
        rows, cols = d_out.shape[2:]
        d_padded = np.zeros(self.padded.shape)
        for a in range(self.weight.shape[2]):
            for b in range(self.weight.shape[3]):
                d_padded[:, :, a : a + s * rows : s, b : b + s * cols : s] += np.einsum(
                    "noij,oc->ncij", d_out, self.weight[:, :, a, b]
                )
        height, width = d_padded.shape[2:]
        return (
            d_padded[:, :, p : height - p, p : width - p],
            np.einsum("noij,ncijab->ocab", d_out, self.windows),
            np.einsum("noij->o", d_out),
        )
