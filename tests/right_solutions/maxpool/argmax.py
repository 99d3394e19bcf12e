"""Max pooling by argmax over a window view; np.add.at sends the gradients back."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class MaxPool2d:
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
        view = sliding_window_view(x, (self.k, self.k), axis=(-2, -1))
        view = view[:, :, :: self.s, :: self.s]
        flat = view.reshape(*view.shape[:4], -1)
        index = flat.argmax(-1)
        self.cache = x.shape, index
        return np.take_along_axis(flat, index[..., None], -1)[..., 0]

    def backward(self, d_out):
        shape, index = self.cache
        d_x = np.zeros(shape, d_out.dtype)
        n, c, p, q = np.indices(index.shape)
        np.add.at(d_x, (n, c, p * self.s + index // self.k, q * self.s + index % self.k), d_out)
        return d_x
