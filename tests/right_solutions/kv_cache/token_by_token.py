"""One token after the other, so that no mask is needed; the new cache is allocated once for each call."""

import numpy as np


class CachedAttention:
    def __init__(self, embed_dim, num_heads, rng=None):
        if embed_dim % num_heads:
            raise ValueError(f"num_heads {num_heads} does not divide embed_dim {embed_dim}")
        if (embed_dim // num_heads) & 1:
            raise ValueError(f"head size {embed_dim // num_heads} is odd (embed_dim {embed_dim}, num_heads {num_heads})")
        rng = rng or np.random.default_rng()
        self.shape = num_heads, embed_dim // num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = rng.standard_normal((4, embed_dim, embed_dim)) / embed_dim**0.5

    def _turned(self, x, position):
        """x (N, H, D) at one position, by complex numbers."""
        half = self.shape[1] // 2
        angle = position / 10000.0 ** (np.arange(half) / half)
        z = (x[..., :half] + 1j * x[..., half:]) * np.exp(1j * angle)
        return np.concatenate([z.real, z.imag], axis=-1)

    def _run(self, x, k, v, past):
        """Fills k and v (N, H, past + t, D) from place `past` on."""
        n, t, e = x.shape
        heads, size = self.shape
        q = (x @ self.w_q).reshape(n, t, heads, size)
        new_k = (x @ self.w_k).reshape(n, t, heads, size)
        new_v = (x @ self.w_v).reshape(n, t, heads, size)
        out = np.empty((n, t, e))
        for i in range(t):
            here = past + i
            k[:, :, here] = self._turned(new_k[:, i], here)
            v[:, :, here] = new_v[:, i]
            seen_k, seen_v = k[:, :, : here + 1], v[:, :, : here + 1]
            scores = np.einsum("nhd,nhsd->nhs", self._turned(q[:, i], here), seen_k) / np.sqrt(size)
            scores = np.exp(scores - scores.max(axis=2, keepdims=True))
            scores /= scores.sum(axis=2, keepdims=True)
            out[:, i] = np.einsum("nhs,nhsd->nhd", scores, seen_v).reshape(n, e)
        return out @ self.w_o

    def _room(self, n, length):
        return np.empty((n, self.shape[0], length, self.shape[1]))

    def forward(self, x):
        n, t, _ = x.shape
        return self._run(x, self._room(n, t), self._room(n, t), 0)

    def step(self, x, cache=None):
        n, t, _ = x.shape
        if t == 0:
            raise ValueError(f"x of shape {x.shape} has no token")
        past = cache["k"].shape[2] if cache else 0
        k, v = self._room(n, past + t), self._room(n, past + t)
        if cache:
            k[:, :, :past] = cache["k"]
            v[:, :, :past] = cache["v"]
        return self._run(x, k, v, past), dict(k=k, v=v)
