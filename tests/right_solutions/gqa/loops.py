"""One head at a time, with slices of the weights; nothing is repeated, the shared head is looked up."""

import math

import numpy as np


def attend(q, k, v, allowed):
    s = q @ k.T / math.sqrt(q.shape[1])
    w = np.zeros_like(s)
    for i in range(len(s)):
        idx = np.flatnonzero(allowed[i])
        if idx.size:
            e = np.exp(s[i, idx] - s[i, idx].max())
            w[i, idx] = e / e.sum()
    return w, w @ v


class GroupedQueryAttention:
    def __init__(self, embed_dim, num_heads, num_kv_heads, rng=None):
        if embed_dim % num_heads:
            raise ValueError(f"embed_dim={embed_dim} is no multiple of num_heads={num_heads}")
        if num_heads % num_kv_heads:
            raise ValueError(f"num_heads={num_heads} is no multiple of num_kv_heads={num_kv_heads}")
        if rng is None:
            rng = np.random.default_rng()
        self.H, self.K, self.D = num_heads, num_kv_heads, embed_dim // num_heads
        kv = self.K * self.D
        sigma = embed_dim**-0.5
        self.w_q = sigma * rng.standard_normal((embed_dim, embed_dim))
        self.w_k = sigma * rng.standard_normal((embed_dim, kv))
        self.w_v = sigma * rng.standard_normal((embed_dim, kv))
        self.w_o = sigma * rng.standard_normal((embed_dim, embed_dim))

    def _slices(self, h):
        j = h // (self.H // self.K)
        return slice(h * self.D, (h + 1) * self.D), slice(j * self.D, (j + 1) * self.D)

    def forward(self, x, mask=None):
        n, t, e = x.shape
        if mask is None:
            mask = np.ones((n, t, t), dtype=bool)
        if mask.dtype != bool:
            raise ValueError(f"mask: expected bool, got {mask.dtype}")
        self.x, self.mask = x, np.broadcast_to(mask, (n, t, t))
        out = np.zeros((n, t, e))
        for b in range(n):
            for h in range(self.H):
                qs, ks = self._slices(h)
                _, head = attend(x[b] @ self.w_q[:, qs], x[b] @ self.w_k[:, ks], x[b] @ self.w_v[:, ks], self.mask[b])
                out[b] += head @ self.w_o[qs]
        return out

    def backward(self, d_out):
        x = self.x
        d_x = np.zeros(x.shape)
        d_wq, d_wk, d_wv, d_wo = (np.zeros(w.shape) for w in (self.w_q, self.w_k, self.w_v, self.w_o))
        for b in range(len(x)):
            for h in range(self.H):
                qs, ks = self._slices(h)
                q, k, v = x[b] @ self.w_q[:, qs], x[b] @ self.w_k[:, ks], x[b] @ self.w_v[:, ks]
                w, head = attend(q, k, v, self.mask[b])
                d_wo[qs] += head.T @ d_out[b]
                d_head = d_out[b] @ self.w_o[qs].T
                d_w = d_head @ v.T
                d_s = np.empty_like(w)
                for i in range(len(w)):
                    d_s[i] = w[i] * (d_w[i] - d_w[i] @ w[i])
                d_s /= math.sqrt(self.D)
                d_q, d_k, d_v = d_s @ k, d_s.T @ q, w.T @ d_head
                d_wq[:, qs] += x[b].T @ d_q
                d_wk[:, ks] += x[b].T @ d_k
                d_wv[:, ks] += x[b].T @ d_v
                d_x[b] += d_q @ self.w_q[:, qs].T + d_k @ self.w_k[:, ks].T + d_v @ self.w_v[:, ks].T
        return d_x, d_wq, d_wk, d_wv, d_wo
