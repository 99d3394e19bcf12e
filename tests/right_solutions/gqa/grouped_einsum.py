"""Einsum with an axis for the group: b batch, t query, s key, k kv head, g place in the group, d feature."""

import numpy as np


class GroupedQueryAttention:
    def __init__(self, embed_dim, num_heads, num_kv_heads, rng=None):
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim {embed_dim} must be divisible by num_heads {num_heads}")
        if num_heads % num_kv_heads != 0:
            raise ValueError(f"num_heads {num_heads} must be divisible by num_kv_heads {num_kv_heads}")
        rng = rng or np.random.default_rng()
        self.K, self.G, self.D = num_kv_heads, num_heads // num_kv_heads, embed_dim // num_heads

        def draw(width):
            return rng.normal(scale=1 / np.sqrt(embed_dim), size=(embed_dim, width))

        self.w_q, self.w_k = draw(num_heads * self.D), draw(num_kv_heads * self.D)
        self.w_v, self.w_o = draw(num_kv_heads * self.D), draw(embed_dim)

    def forward(self, x, mask=None):
        b, t, e = x.shape
        K, G, D = self.K, self.G, self.D
        q = np.einsum("bte,ekgd->btkgd", x, self.w_q.reshape(e, K, G, D))
        k = np.einsum("bte,ekd->btkd", x, self.w_k.reshape(e, K, D))
        v = np.einsum("bte,ekd->btkd", x, self.w_v.reshape(e, K, D))
        s = np.einsum("btkgd,bskd->bkgts", q, k) * D**-0.5
        if mask is not None:
            if mask.dtype.kind != "b":
                raise ValueError(f"mask must have dtype bool, not {mask.dtype}")
            allowed = np.broadcast_to(mask, (b, t, t))[:, None, None]
            s = np.where(allowed, s, -1e300)
            p = np.exp(s - s.max(-1, keepdims=True)) * allowed
        else:
            p = np.exp(s - s.max(-1, keepdims=True))
        p = p / np.maximum(p.sum(-1, keepdims=True), 1e-300)
        y = np.einsum("bkgts,bskd->btkgd", p, v)
        self.cache = x, q, k, v, p, y
        return np.einsum("btkgd,kgde->bte", y, self.w_o.reshape(K, G, D, e))

    def backward(self, d_out):
        x, q, k, v, p, y = self.cache
        e = x.shape[-1]
        K, G, D = self.K, self.G, self.D
        d_wo = np.einsum("btkgd,bte->kgde", y, d_out)
        d_y = np.einsum("bte,kgde->btkgd", d_out, self.w_o.reshape(K, G, D, e))
        d_v = np.einsum("bkgts,btkgd->bskd", p, d_y)
        d_p = np.einsum("btkgd,bskd->bkgts", d_y, v)
        d_s = p * (d_p - np.einsum("bkgts,bkgts->bkgt", p, d_p)[..., None]) * D**-0.5
        d_q = np.einsum("bkgts,bskd->btkgd", d_s, k)
        d_k = np.einsum("bkgts,btkgd->bskd", d_s, q)
        d_x = np.einsum("btkgd,ekgd->bte", d_q, self.w_q.reshape(e, K, G, D))
        d_x += np.einsum("btkd,ekd->bte", d_k, self.w_k.reshape(e, K, D))
        d_x += np.einsum("btkd,ekd->bte", d_v, self.w_v.reshape(e, K, D))
        return (
            d_x,
            np.einsum("bte,btkgd->ekgd", x, d_q).reshape(e, -1),
            np.einsum("bte,btkd->ekd", x, d_k).reshape(e, -1),
            np.einsum("bte,btkd->ekd", x, d_v).reshape(e, -1),
            d_wo.reshape(e, e),
        )
