"""A pair of features is a complex number, a turn is a multiplication, and backward multiplies by the conjugate."""

import numpy as np


class RotaryEmbedding:
    def __init__(self, head_dim, base=10000.0, interleaved=False):
        if head_dim < 2:
            raise ValueError(f"head_dim is {head_dim}, below 2")
        if head_dim % 2:
            raise ValueError(f"head_dim is {head_dim}, which is odd")
        self.freqs = 1.0 / base ** (np.arange(0, head_dim, 2) / head_dim)
        self.interleaved = interleaved

    def _turn(self, x, unit):
        half = x.shape[-1] // 2
        pairs = (x[..., ::2], x[..., 1::2]) if self.interleaved else (x[..., :half], x[..., half:])
        z = (pairs[0] + 1j * pairs[1]) * unit
        if self.interleaved:
            out = np.stack([z.real, z.imag], axis=-1).reshape(x.shape)
        else:
            out = np.concatenate([z.real, z.imag], axis=-1)
        return out.astype(x.dtype)

    def forward(self, x, positions=None):
        if positions is None:
            positions = np.arange(x.shape[-2])
        self.unit = np.exp(1j * np.outer(positions, self.freqs))
        return self._turn(x, self.unit)

    def backward(self, d_out):
        return self._turn(d_out, self.unit.conj())
