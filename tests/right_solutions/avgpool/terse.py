import numpy as np


class AvgPool2d:
    def __init__(self, kernel_size, stride=None):
        s = kernel_size if stride is None else stride
        if kernel_size < 1 or s < 1:
            raise ValueError(f"kernel_size and stride must be positive: kernel_size={kernel_size}, stride={stride}")
        self.k, self.s = kernel_size, s

    def forward(self, x):
        self.shape = x.shape
        h, w = x.shape[2:]
        k, s = self.k, self.s
        if k > min(h, w):
            raise ValueError(f"kernel_size {k} > {h}x{w}")
        rows = [x[:, :, i : i + k].sum(2) for i in range(0, h - k + 1, s)]
        cells = [[r[:, :, j : j + k].sum(2) for j in range(0, w - k + 1, s)] for r in rows]
        return np.moveaxis(np.array(cells), (0, 1), (2, 3)) / k**2

    def backward(self, d_out):
        g = np.zeros(self.shape, d_out.dtype)
        for p in range(d_out.shape[2]):
            for q in range(d_out.shape[3]):
                i, j = p * self.s, q * self.s
                g[:, :, i : i + self.k, j : j + self.k] += d_out[:, :, p : p + 1, q : q + 1] / self.k**2
        return g
