"""A convolution written as its definition: seven loops, no tricks."""

import numpy as np


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        if isinstance(kernel_size, (int, np.integer)):
            kernel_size = (kernel_size, kernel_size)
        if len(kernel_size) != 2 or kernel_size[0] < 1 or kernel_size[1] < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if in_channels < 1:
            raise ValueError(f"in_channels must be at least 1, got {in_channels}")
        if out_channels < 1:
            raise ValueError(f"out_channels must be at least 1, got {out_channels}")
        if stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        if padding < 0:
            raise ValueError(f"padding must not be negative, got {padding}")
        if rng is None:
            rng = np.random.default_rng()
        kh, kw = kernel_size
        std = (2.0 / (in_channels * kh * kw)) ** 0.5
        self.weight = rng.normal(0.0, std, size=(out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding
        self.x = None

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"x must have 4 axes, got {x.ndim}")
        N, C, H, W = x.shape
        O, C2, kh, kw = self.weight.shape
        if C != C2:
            raise ValueError(f"x must have {C2} channels, got {C}")
        s, p = self.stride, self.padding
        if kh > H + 2 * p or kw > W + 2 * p:
            raise ValueError(f"kernel_size ({kh}, {kw}) does not fit into x of {H} x {W}, {p=}")
        out_h = (H + 2 * p - kh) // s + 1
        out_w = (W + 2 * p - kw) // s + 1
        self.x = x
        out = np.zeros((N, O, out_h, out_w))
        for n in range(N):
            for o in range(O):
                for i in range(out_h):
                    for j in range(out_w):
                        total = float(self.bias[o])
                        for c in range(C):
                            for a in range(kh):
                                for b in range(kw):
                                    row, col = i * s + a - p, j * s + b - p
                                    if 0 <= row < H and 0 <= col < W:
                                        total += x[n, c, row, col] * self.weight[o, c, a, b]
                        out[n, o, i, j] = total
        return out

    def backward(self, d_out):
        x, s, p = self.x, self.stride, self.padding
        N, C, H, W = x.shape
        O, _, kh, kw = self.weight.shape
        d_x = np.zeros(x.shape)
        d_weight = np.zeros(self.weight.shape)
        d_bias = np.zeros(self.bias.shape)
        for n, o, i, j in np.ndindex(*d_out.shape):
            g = d_out[n, o, i, j]
            d_bias[o] += g
            for c, a, b in np.ndindex(C, kh, kw):
                row, col = i * s + a - p, j * s + b - p
                if 0 <= row < H and 0 <= col < W:
                    d_x[n, c, row, col] += g * self.weight[o, c, a, b]
                    d_weight[o, c, a, b] += g * x[n, c, row, col]
        return d_x, d_weight, d_bias
