"""Max pooling that keeps only its input and looks for the maxima again in backward."""

import numpy as np


class MaxPool2d:
    def __init__(self, kernel_size, stride=None):
        if kernel_size < 1:
            raise ValueError(f"kernel_size = {kernel_size}")
        if stride is not None and stride < 1:
            raise ValueError(f"stride = {stride}")
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride

    def windows(self, shape):
        _, _, h, w = shape
        k = self.kernel_size
        for p, i in enumerate(range(0, h - k + 1, self.stride)):
            for q, j in enumerate(range(0, w - k + 1, self.stride)):
                yield p, q, np.s_[:, :, i : i + k, j : j + k]

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"x is not (N, C, H, W): {x.shape}")
        found = {(p, q): x[window].max(axis=(2, 3)) for p, q, window in self.windows(x.shape)}
        if not found:
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x, {x.shape}")
        self.x = x.copy()
        p, q = max(found)
        return np.stack([np.stack([found[i, j] for j in range(q + 1)], -1) for i in range(p + 1)], 2)

    def backward(self, d_out):
        d_x = np.zeros_like(self.x, dtype=d_out.dtype)
        for p, q, window in self.windows(self.x.shape):
            patch = self.x[window]
            is_max = patch == patch.max(axis=(2, 3), keepdims=True)
            flat = is_max.reshape(*is_max.shape[:2], -1)
            first = (flat & (flat.cumsum(-1) == 1)).reshape(patch.shape)
            d_x[window] += first * d_out[:, :, p, q][:, :, None, None]
        return d_x
