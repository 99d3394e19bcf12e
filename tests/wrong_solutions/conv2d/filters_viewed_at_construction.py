"""
defect: forward uses a view of the weight of construction: in-place changes count, an assigned weight is ignored
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, rng=None):
        k = np.broadcast_to(kernel_size, (2,))
        if stride < 1 or padding < 0 or k.min() < 1:
            raise ValueError(f"kernel_size={kernel_size}, stride={stride}, padding={padding}")
        self.hyper = stride, padding
        if rng is None:
            rng = np.random.default_rng()
        shape = (out_channels, in_channels, int(k[0]), int(k[1]))
        self.weight = rng.normal(scale=np.sqrt(2 / np.prod(shape[1:])), size=shape)
        self.bias = np.zeros(out_channels)
        self.flat = self.weight.reshape(out_channels, -1)

    def patches(self, x):
        stride, padding = self.hyper
        kh, kw = self.weight.shape[2:]
        framed = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
        if kh > framed.shape[2] or kw > framed.shape[3]:
            raise ValueError(f"kernel_size {(kh, kw)} is larger than the padded input {framed.shape[2:]}")
        return sliding_window_view(framed, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]

    def forward(self, x):
        if x.shape[1] != self.weight.shape[1]:
            raise ValueError(f"in_channels is {self.weight.shape[1]}, x has {x.shape[1]}")
        self.x = x
        return np.einsum("nchwab,ocab->nohw", self.patches(x), self.flat.reshape(self.weight.shape)) + self.bias[:, None, None]

    def backward(self, d_out):
        stride, padding = self.hyper
        n, c, h, w = self.x.shape
        o, _, kh, kw = self.weight.shape
        oh, ow = d_out.shape[2:]
        d_weight = np.einsum("nohw,nchwab->ocab", d_out, self.patches(self.x))
        height, width = h + 2 * padding, w + 2 * padding
        sparse = np.zeros((n, o, height + kh - 1, width + kw - 1))
        sparse[:, :, kh - 1 : kh - 1 + stride * oh : stride, kw - 1 : kw - 1 + stride * ow : stride][:, :, :oh, :ow] = d_out
        turned = self.weight[:, :, ::-1, ::-1]
        d_frame = np.einsum("nohwab,ocab->nchw", sliding_window_view(sparse, (kh, kw), axis=(2, 3)), turned)
        return d_frame[:, :, padding : padding + h, padding : padding + w], d_weight, d_out.sum((0, 2, 3))
