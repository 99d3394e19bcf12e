"""One sample after the other; keeps nothing but the inputs, and goes forward again inside backward."""

import numpy as np


class MultiHeadAttention:
    def __init__(self, embed_dim, num_heads, rng=None):
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim ({embed_dim}) % num_heads ({num_heads}) is not 0")
        rng = rng or np.random.default_rng()
        draw = lambda: rng.normal(0, np.sqrt(1.0 / embed_dim), size=(embed_dim, embed_dim))  # noqa
        self.w_q, self.w_k, self.w_v, self.w_o = draw(), draw(), draw(), draw()
        self.H = num_heads

    def _one(self, x, y, mask):
        D = x.shape[1] // self.H
        # (L, E) -> (H, L, D): rows of the transpose, cut into heads
        q, k, v = (np.swapaxes((a @ w).T.reshape(self.H, D, -1), 1, 2) for a, w in ((x, self.w_q), (y, self.w_k), (y, self.w_v)))
        s = np.einsum("htd,hsd->hts", q, k) / D**0.5
        p = np.zeros_like(s)
        for t in range(len(x)):
            seen = np.flatnonzero(mask[t])
            if len(seen):
                row = s[:, t, seen]
                row = np.exp(row - row.max(axis=1, keepdims=True))
                p[:, t, seen] = row / row.sum(axis=1, keepdims=True)
        o = np.hstack([p[h] @ v[h] for h in range(self.H)])
        return q, k, v, p, o

    def forward(self, x, context=None, mask=None):
        other = x if context is None else context
        if mask is None:
            mask = np.array([True])
        if mask.dtype != bool:
            raise ValueError(f"bool mask expected, mask.dtype is {mask.dtype}")
        self.args = x, context, np.broadcast_to(mask, (x.shape[0], x.shape[1], other.shape[1]))
        return np.stack([self._one(*sample)[-1] @ self.w_o for sample in zip(x, other, self.args[2])])

    def backward(self, d_out):
        x, context, mask = self.args
        other = x if context is None else context
        d_x, d_other = np.zeros(x.shape), np.zeros(other.shape)
        g_q, g_k, g_v, g_o = (np.zeros_like(w) for w in (self.w_q, self.w_k, self.w_v, self.w_o))
        D = x.shape[2] // self.H
        for n in range(len(x)):
            q, k, v, p, o = self._one(x[n], other[n], mask[n])
            g_o += o.T @ d_out[n]
            d_o = d_out[n] @ self.w_o.T
            for h in range(self.H):
                c = slice(h * D, h * D + D)
                d_p = d_o[:, c] @ v[h].T
                d_s = p[h] * (d_p - np.sum(p[h] * d_p, axis=1)[:, None]) / D**0.5
                d_q, d_k, d_v = d_s @ k[h], d_s.T @ q[h], p[h].T @ d_o[:, c]
                g_q[:, c] += x[n].T @ d_q
                g_k[:, c] += other[n].T @ d_k
                g_v[:, c] += other[n].T @ d_v
                d_x[n] += d_q @ self.w_q[:, c].T
                d_other[n] += d_k @ self.w_k[:, c].T + d_v @ self.w_v[:, c].T
        if context is None:
            return d_x + d_other, g_q, g_k, g_v, g_o
        return d_x, d_other, g_q, g_k, g_v, g_o
