"""A full convolution with a weight that is 0 between groups; its gradient is cut out again."""

import numpy as np


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, groups=1, rng=None):
        shape = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
        for name, value, least in [
            ("kernel_size", min(shape), 1), ("stride", stride, 1), ("padding", padding, 0), ("groups", groups, 1)
        ]:  # fmt: skip
            if value < least:
                raise ValueError(f"{name}={value} is below {least}")
        if in_channels % groups or out_channels % groups:
            raise ValueError(f"groups={groups} does not divide the channels {in_channels}, {out_channels}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels // groups * shape[0] * shape[1]
        self.weight = rng.normal(scale=(2 / fan_in) ** 0.5, size=(out_channels, in_channels // groups, *shape))
        self.bias = np.zeros(out_channels)
        self.stride, self.padding, self.groups = stride, padding, groups

    def full(self):
        outs, ins, kh, kw = self.weight.shape
        full = np.zeros((self.groups, outs // self.groups, self.groups, ins, kh, kw))
        for g, part in enumerate(np.split(self.weight, self.groups)):
            full[g, :, g] = part
        return full.reshape(outs, self.groups * ins, kh, kw)

    def forward(self, x):
        w, p, s = self.full(), self.padding, self.stride
        if x.ndim != 4 or x.shape[1] != w.shape[1]:
            raise ValueError(f"x of shape {x.shape} does not have {w.shape[1]} channels")
        self.x = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
        kh, kw = w.shape[2:]
        rows, cols = ((size - k) // s + 1 for size, k in zip(self.x.shape[2:], (kh, kw), strict=True))
        if rows < 1 or cols < 1:
            raise ValueError(f"kernel_size {(kh, kw)} exceeds the padded input {self.x.shape[2:]}")
        out = np.zeros((len(x), len(w), rows, cols)) + self.bias.reshape(-1, 1, 1)
        for a in range(kh):
            for b in range(kw):
                out += np.einsum("nchw,oc->nohw", self.x[:, :, a : a + rows * s : s, b : b + cols * s : s], w[:, :, a, b])
        return out

    def backward(self, d_out):
        w, p, s = self.full(), self.padding, self.stride
        rows, cols = d_out.shape[2:]
        d_x, d_w = np.zeros(self.x.shape), np.zeros(w.shape)
        for a in range(w.shape[2]):
            for b in range(w.shape[3]):
                place = np.s_[:, :, a : a + rows * s : s, b : b + cols * s : s]
                d_w[:, :, a, b] = np.einsum("nohw,nchw->oc", d_out, self.x[place])
                d_x[place] += np.einsum("nohw,oc->nchw", d_out, w[:, :, a, b])
        outs, ins, kh, kw = self.weight.shape
        d_w = d_w.reshape(self.groups, outs // self.groups, self.groups, ins, kh, kw)
        d_weight = np.concatenate([d_w[g, :, g] for g in range(self.groups)])
        inner = d_x[:, :, p : d_x.shape[2] - p, p : d_x.shape[3] - p]
        return inner, d_weight, np.einsum("nohw->o", d_out)
