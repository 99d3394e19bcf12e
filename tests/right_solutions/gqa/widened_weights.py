"""Multi-head attention on weights whose columns are repeated; their gradients are folded back at the end."""

import numpy as np


class GroupedQueryAttention:
    def __init__(self, embed_dim, num_heads, num_kv_heads, rng=None):
        if embed_dim % num_heads:
            raise ValueError(f"embed_dim must be a multiple of num_heads: {embed_dim}, {num_heads}")
        if num_heads % num_kv_heads:
            raise ValueError(f"num_heads must be a multiple of num_kv_heads: {num_heads}, {num_kv_heads}")
        self.h, self.kv = num_heads, num_kv_heads
        self.d = embed_dim // num_heads
        rng = np.random.default_rng() if rng is None else rng
        widths = {"w_q": self.h, "w_k": self.kv, "w_v": self.kv, "w_o": self.h}
        for name, heads in widths.items():
            setattr(self, name, rng.normal(0, embed_dim**-0.5, size=(embed_dim, heads * self.d)))

    def _columns(self):
        """For each of the H*D columns of a full-width weight, the column of the shared one it copies."""
        shared = np.arange(self.h) // (self.h // self.kv)
        return (shared[:, None] * self.d + np.arange(self.d)).ravel()

    def _heads(self, a):
        n, t, _ = a.shape
        return np.moveaxis(a.reshape(n, t, self.h, self.d), 2, 1)

    def _flat(self, a):
        n, _, t, _ = a.shape
        return np.moveaxis(a, 1, 2).reshape(n, t, -1)

    def forward(self, x, mask=None):
        cols = self._columns()
        q, k, v = (self._heads(x @ w) for w in (self.w_q, self.w_k[:, cols], self.w_v[:, cols]))
        logits = np.matmul(q, np.swapaxes(k, 2, 3)) / self.d**0.5
        if mask is None:
            keep = np.ones(logits.shape, dtype=bool)
        elif mask.dtype == np.bool_:
            keep = np.broadcast_to(np.broadcast_to(mask, (x.shape[0], x.shape[1], x.shape[1]))[:, None], logits.shape)
        else:
            raise ValueError(f"mask has dtype {mask.dtype}, expected bool")
        peak = np.max(logits, axis=-1, keepdims=True, where=keep, initial=-1e308)
        weights = np.exp(np.where(keep, logits - peak, -np.inf))
        norm = weights.sum(axis=-1, keepdims=True)
        weights = np.divide(weights, norm, out=np.zeros_like(weights), where=norm > 0)
        self.saved = (x, q, k, v, weights)
        self.joined = self._flat(weights @ v)
        return self.joined @ self.w_o

    def backward(self, d_out):
        x, q, k, v, weights = self.saved
        cols = self._columns()
        e = x.shape[-1]
        x2 = x.reshape(-1, e)
        d_w_o = self.joined.reshape(-1, e).T @ d_out.reshape(-1, e)
        g = self._heads(d_out @ self.w_o.T)
        gv = np.swapaxes(weights, 2, 3) @ g
        gw = g @ np.swapaxes(v, 2, 3)
        gs = weights * gw
        gs = (gs - weights * gs.sum(axis=-1, keepdims=True)) / self.d**0.5
        gq, gk, gv = (self._flat(a) for a in (gs @ k, np.swapaxes(gs, 2, 3) @ q, gv))
        d_x = gq @ self.w_q.T + gk @ self.w_k[:, cols].T + gv @ self.w_v[:, cols].T
        d_w_q = x2.T @ gq.reshape(-1, e)
        d_w_k, d_w_v = np.zeros(self.w_k.shape), np.zeros(self.w_v.shape)
        np.add.at(d_w_k, (slice(None), cols), x2.T @ gk.reshape(-1, e))
        np.add.at(d_w_v, (slice(None), cols), x2.T @ gv.reshape(-1, e))
        return [d_x, d_w_q, d_w_k, d_w_v, d_w_o]
