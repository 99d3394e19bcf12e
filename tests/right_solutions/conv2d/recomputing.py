"""One output position at a time; keeps only the input, and pads it again on the way back."""

import numpy as np


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        kh, kw = kernel_size if isinstance(kernel_size, (tuple, list)) else [kernel_size] * 2
        wrong = None
        if in_channels <= 0:
            wrong = f"in_channels = {in_channels}"
        elif out_channels <= 0:
            wrong = f"out_channels = {out_channels}"
        elif kh <= 0 or kw <= 0:
            wrong = f"kernel_size = {kernel_size}"
        elif stride <= 0:
            wrong = f"stride = {stride}"
        elif padding < 0:
            wrong = f"padding = {padding}"
        if wrong:
            raise ValueError(f"{wrong} is too small")
        self.args = dict(stride=stride, padding=padding, kh=kh, kw=kw, channels=in_channels)
        draw = (rng or np.random.default_rng()).normal
        scale = 1 / np.sqrt(in_channels * kh * kw / 2)
        self.weight = np.stack([draw(0, scale, (in_channels, kh, kw)) for _ in range(out_channels)])
        self.bias = np.zeros(out_channels)

    def _pad(self, x):
        p = self.args["padding"]
        return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p))) if p else x

    def _patches(self, padded):
        s, kh, kw = self.args["stride"], self.args["kh"], self.args["kw"]
        for i, top in enumerate(range(0, padded.shape[2] - kh + 1, s)):
            for j, left in enumerate(range(0, padded.shape[3] - kw + 1, s)):
                yield i, j, padded[:, :, top : top + kh, left : left + kw]

    def forward(self, x):
        if x.ndim != 4 or x.shape[1] != self.args["channels"]:
            raise ValueError(f"x.shape = {x.shape}, channels = {self.args['channels']} expected")
        self.x = x
        patches = list(self._patches(self._pad(x)))
        if not patches:
            kernel = self.args["kh"], self.args["kw"]
            raise ValueError(f"kernel_size = {kernel} is larger than the padded x, {x.shape}")
        out = np.empty((len(x), len(self.bias), patches[-1][0] + 1, patches[-1][1] + 1))
        for i, j, patch in patches:
            out[:, :, i, j] = np.tensordot(patch, self.weight, ((1, 2, 3), (1, 2, 3)))
        return out + self.bias.reshape(1, -1, 1, 1)

    def backward(self, d_out):
        padded = self._pad(self.x)
        d_padded = np.zeros(padded.shape)
        d_weight = np.zeros(self.weight.shape)
        for (i, j, patch), (_, _, d_patch) in zip(self._patches(padded), self._patches(d_padded)):
            g = d_out[:, :, i, j]
            d_patch += np.tensordot(g, self.weight, axes=1)
            d_weight += np.tensordot(g.T, patch, axes=1)
        p = self.args["padding"]
        d_x = d_padded[:, :, p:-p, p:-p] if p else d_padded
        return d_x, d_weight, d_out.sum((0, 2, 3))
