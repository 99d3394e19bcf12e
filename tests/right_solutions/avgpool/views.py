"""Average pooling as a mean over a window view, and a writeable view for the way back."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view


class AvgPool2d:
    def __init__(self, kernel_size, stride=None):
        self.k = kernel_size
        self.s = kernel_size if stride is None else stride
        if self.k < 1:
            raise ValueError(f"kernel_size must be >= 1, got {kernel_size}")
        if self.s < 1:
            raise ValueError(f"stride must be >= 1, got {stride}")

    def forward(self, x):
        if x.ndim != 4 or self.k > x.shape[2] or self.k > x.shape[3]:
            raise ValueError(f"kernel_size {self.k} does not fit on x of shape {x.shape}")
        self.shape = x.shape
        view = sliding_window_view(x, (self.k, self.k), axis=(-2, -1))
        return view[:, :, :: self.s, :: self.s].mean(axis=(-2, -1))

    def backward(self, d_out):
        d_x = np.zeros(self.shape, d_out.dtype)
        a, b, c, d = d_x.strides
        strides = (a, b, c * self.s, d * self.s, c, d)
        view = as_strided(d_x, (*d_out.shape, self.k, self.k), strides)
        share = d_out / self.k**2
        for i, j in np.ndindex(self.k, self.k):
            view[..., i, j] += share
        return d_x
