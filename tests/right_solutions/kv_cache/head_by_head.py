"""A loop over heads; each head's part of the cache is grown, and the parts are stacked at the end."""

import math

import numpy as np


def rotation(positions, size):
    """A matrix for each position, (t, D, D), from the right: x @ R."""
    half = size // 2
    out = np.zeros((len(positions), size, size))
    for i in range(half):
        for row, p in enumerate(positions):
            angle = p * 10000.0 ** (-2 * i / size)
            out[row, i, i] = out[row, i + half, i + half] = math.cos(angle)
            out[row, i, i + half] = math.sin(angle)
            out[row, i + half, i] = -math.sin(angle)
    return out


class CachedAttention:
    def __init__(self, embed_dim, num_heads, rng=None):
        size, rest = divmod(embed_dim, num_heads)
        if rest:
            raise ValueError(f"embed_dim: {embed_dim} is no multiple of num_heads: {num_heads}")
        if size % 2:
            raise ValueError(f"embed_dim: {embed_dim} over num_heads: {num_heads} is {size}, which is odd")
        rng = np.random.default_rng() if rng is None else rng
        for name in "qkvo":
            setattr(self, f"w_{name}", rng.normal(0.0, math.sqrt(1 / embed_dim), (embed_dim, embed_dim)))
        self.num_heads, self.size = num_heads, size

    def forward(self, x):
        out, _ = self._go(x, [None] * self.num_heads, 0)
        return out

    def step(self, x, cache=None):
        if not x.shape[1]:
            raise ValueError(f"no token in x, whose shape is {x.shape}")
        if cache is None:
            return self._go(x, [None] * self.num_heads, 0)
        pairs = [(cache["k"][:, h], cache["v"][:, h]) for h in range(self.num_heads)]
        return self._go(x, pairs, cache["k"].shape[2])

    def _go(self, x, past, length):
        turn = rotation(range(length, length + x.shape[1]), self.size)
        later = np.arange(length + x.shape[1])[None, :] > np.arange(length, length + x.shape[1])[:, None]
        keys, values, out = [], [], 0.0
        for h, old in enumerate(past):
            cols = np.s_[:, h * self.size : (h + 1) * self.size]
            q = np.einsum("ntd,tde->nte", x @ self.w_q[cols], turn)
            k = np.einsum("ntd,tde->nte", x @ self.w_k[cols], turn)
            v = x @ self.w_v[cols]
            if old is not None:
                k, v = np.hstack([old[0], k]), np.hstack([old[1], v])
            scores = np.einsum("ntd,nsd->nts", q, k) / math.sqrt(self.size)
            scores[:, later] = -np.inf
            weights = np.exp(scores - np.max(scores, axis=2, keepdims=True))
            weights = weights / np.sum(weights, axis=2, keepdims=True)
            out = out + weights @ v @ self.w_o[h * self.size : (h + 1) * self.size]
            keys.append(k)
            values.append(v)
        return out, {"k": np.stack(keys, axis=1), "v": np.stack(values, axis=1)}
