"""
defect: the places of the maxima are counted with rows as long as the image is high
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class MaxPool2d:
    def __init__(self, kernel_size, stride=None):
        step = kernel_size if stride is None else stride
        for name, value in [("kernel_size", kernel_size), ("stride", step)]:
            if value < 1:
                raise ValueError(f"{name}={value} is below 1")
        self.kernel, self.step = kernel_size, step

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"x of shape {x.shape} has not four axes")
        if x.shape[2] < self.kernel or x.shape[3] < self.kernel:
            raise ValueError(f"kernel_size={self.kernel} exceeds x {x.shape[2:]}")
        self.x = x
        return self.windows().max(axis=-1)

    def windows(self):
        w = sliding_window_view(self.x, (self.kernel, self.kernel), axis=(2, 3))[:, :, :: self.step, :: self.step]
        return w.reshape(w.shape[:4] + (-1,))

    def backward(self, d_out):
        w = self.windows()
        if d_out.shape != w.shape[:4]:
            raise ValueError(f"d_out {d_out.shape} is not {w.shape[:4]}")
        n, c, h, w = self.x.shape
        index = (np.arange(n * c) * h * w).reshape(n, c, 1, 1) + np.minimum(np.arange(h)[:, None] * h + np.arange(w), h * w - 1)
        index = sliding_window_view(index, (self.kernel, self.kernel), axis=(2, 3))[:, :, :: self.step, :: self.step]
        chosen = np.take_along_axis(index.reshape(w.shape), w.argmax(axis=-1)[..., None], axis=-1)
        d_x = np.zeros(self.x.size, dtype=d_out.dtype)
        np.add.at(d_x, chosen.ravel(), d_out.ravel())
        return d_x.reshape(self.x.shape)
