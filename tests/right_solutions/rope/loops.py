"""Position by position, pair by pair, through an index of the two features of a pair."""

import numpy as np


class RotaryEmbedding:
    def __init__(self, head_dim, base=10000.0, interleaved=False):
        if head_dim < 2:
            raise ValueError("head_dim = %d is too small" % head_dim)
        if head_dim % 2:
            raise ValueError("head_dim = %d is odd" % head_dim)
        self.D = head_dim
        self.base = base
        order = np.arange(head_dim)
        self.pairs = order.reshape(-1, 2) if interleaved else order.reshape(2, -1).T
        self.positions = None

    def _apply(self, x, direction):
        out = x.copy()
        for t, position in enumerate(self.positions):
            for i, (a, b) in enumerate(self.pairs):
                angle = float(position) * self.base ** (-2 * i / self.D)
                cos, sin = float(np.cos(angle)), direction * float(np.sin(angle))
                out[..., t, a] = x[..., t, a] * cos - x[..., t, b] * sin
                out[..., t, b] = x[..., t, b] * cos + x[..., t, a] * sin
        return out

    def forward(self, x, positions=None):
        self.positions = list(range(x.shape[-2])) if positions is None else list(positions)
        return self._apply(x, 1.0)

    def backward(self, d_out):
        return self._apply(d_out, -1.0)
