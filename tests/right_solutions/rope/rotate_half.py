"""x * cos + partner * sin with tables of the full width, as in model code; the partner is found by indices."""

import numpy as np


class RotaryEmbedding:
    def __init__(self, head_dim, base=10000.0, interleaved=False):
        if head_dim < 2 or head_dim % 2 == 1:
            raise ValueError(f"head_dim must be an even number, 2 or more, not {head_dim}")
        i = np.arange(head_dim)
        if interleaved:
            self.pair, self.partner, first = i // 2, i ^ 1, i % 2 == 0
        else:
            half = head_dim // 2
            self.pair, self.partner, first = i % half, (i + half) % head_dim, i < half
        self.sign = np.where(first, -1, 1)
        self.inv = np.power(float(base), -2.0 * self.pair / head_dim)

    def forward(self, x, positions=None):
        t = np.arange(x.shape[-2]) if positions is None else np.asarray(positions)
        angles = t.reshape(-1, 1) * self.inv.reshape(1, -1)
        self.cos = np.cos(angles).astype(x.dtype)
        self.sin = (self.sign * np.sin(angles)).astype(x.dtype)
        return x * self.cos + x[..., self.partner] * self.sin

    def backward(self, d_out):
        return d_out * self.cos + (d_out * self.sin)[..., self.partner]
