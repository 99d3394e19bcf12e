"""
defect: a kernel larger than the padded input raises a plain Exception instead of ValueError
"""

import numpy as np


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        kernel = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
        if kernel[0] < 1 or kernel[1] < 1:
            raise ValueError("kernel_size: %s" % (kernel,))
        if stride <= 0:
            raise ValueError("stride: %d" % stride)
        if padding < 0:
            raise ValueError("padding: %d" % padding)
        self.kernel, self.stride, self.padding = kernel, stride, padding
        gen = rng or np.random.default_rng()
        var = 2.0 / (in_channels * kernel[0] * kernel[1])
        self.weight = gen.normal(0.0, np.sqrt(var), (out_channels, in_channels) + kernel)
        self.bias = np.zeros(out_channels)

    def _spots(self, height, width):
        kh, kw = self.kernel
        for p, top in enumerate(range(0, height - kh + 1, self.stride)):
            for q, left in enumerate(range(0, width - kw + 1, self.stride)):
                yield p, q, slice(top, top + kh), slice(left, left + kw)

    def forward(self, x):
        N, C, H, W = x.shape
        kh, kw = self.kernel
        pad, step = self.padding, self.stride
        if C != self.weight.shape[1]:
            raise ValueError("channels of x: %d, wanted %d" % (C, self.weight.shape[1]))
        if H + 2 * pad < kh or W + 2 * pad < kw:
            raise Exception("kernel_size %s is larger than the padded x %s" % (self.kernel, (H + 2 * pad, W + 2 * pad)))
        self.big = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
        self.big[:, :, pad : pad + H, pad : pad + W] = x
        self.size = H, W
        y = np.zeros((N, len(self.weight), (H + 2 * pad - kh) // step + 1, (W + 2 * pad - kw) // step + 1))
        for n in range(N):
            for p, q, rows, columns in self._spots(*self.big.shape[2:]):
                for o in range(len(self.weight)):
                    y[n, o, p, q] = (self.big[n, :, rows, columns] * self.weight[o]).sum() + self.bias[o]
        return y

    def backward(self, d_out):
        g_big = np.zeros_like(self.big)
        g_weight = np.zeros_like(self.weight)
        g_bias = np.zeros_like(self.bias)
        for n in range(len(d_out)):
            for p, q, rows, columns in self._spots(*self.big.shape[2:]):
                for o in range(len(self.weight)):
                    g = d_out[n, o, p, q]
                    g_big[n, :, rows, columns] += g * self.weight[o]
                    g_weight[o] += g * self.big[n, :, rows, columns]
                    g_bias[o] += g
        H, W = self.size
        pad = self.padding
        return g_big[:, :, pad : pad + H, pad : pad + W], g_weight, g_bias
