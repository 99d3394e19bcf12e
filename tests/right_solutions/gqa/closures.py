"""Each step returns its output and a function that goes back; backward calls them in reverse."""

import numpy as np


def project(x, w):
    def back(d):
        return d @ w.T, x.reshape(-1, x.shape[-1]).T @ d.reshape(-1, d.shape[-1])

    return x @ w, back


def split(a, heads):
    n, t, f = a.shape
    return a.reshape(n, t, heads, f // heads).swapaxes(1, 2)


def join(a):
    n, h, t, d = a.shape
    return a.swapaxes(1, 2).reshape(n, t, h * d)


def share(a, group):
    n, k, t, d = a.shape
    wide = np.broadcast_to(a[:, :, None], (n, k, group, t, d)).reshape(n, k * group, t, d)
    return wide, lambda g: g.reshape(n, k, group, t, d).sum(2)


def attention(q, k, v, mask):
    scale = q.shape[-1] ** -0.5
    s = (q * scale) @ k.transpose(0, 1, 3, 2)
    if mask is not None:
        s = s + np.where(mask, 0.0, -np.inf)
    m = s.max(-1, keepdims=True)
    m[m == -np.inf] = 0
    p = np.exp(s - m)
    z = p.sum(-1, keepdims=True)
    z[z == 0] = 1
    p /= z

    def back(d):
        dp = d @ v.transpose(0, 1, 3, 2)
        ds = p * (dp - (p * dp).sum(-1, keepdims=True)) * scale
        return ds @ k, ds.transpose(0, 1, 3, 2) @ q, p.transpose(0, 1, 3, 2) @ d

    return p @ v, back


class GroupedQueryAttention:
    def __init__(self, embed_dim, num_heads, num_kv_heads, rng=None):
        for big, small, names in (
            (embed_dim, num_heads, "embed_dim / num_heads"),
            (num_heads, num_kv_heads, "num_heads / num_kv_heads"),
        ):
            if big % small:
                raise ValueError(f"{names}: {big} is not divisible by {small}")
        rng = np.random.default_rng() if rng is None else rng
        self.heads, self.kv_heads = num_heads, num_kv_heads
        kv = embed_dim // num_heads * num_kv_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (
            rng.normal(0, (1 / embed_dim) ** 0.5, (embed_dim, width)) for width in (embed_dim, kv, kv, embed_dim)
        )

    def forward(self, x, mask=None):
        if mask is not None:
            if mask.dtype != bool:
                raise ValueError(f"mask must be bool, is {mask.dtype}")
            n, t, _ = x.shape
            mask = np.broadcast_to(mask, (n, t, t))[:, None]
        q, back_q = project(x, self.w_q.copy())
        k, back_k = project(x, self.w_k.copy())
        v, back_v = project(x, self.w_v.copy())
        wide_k, fold = share(split(k, self.kv_heads), self.heads // self.kv_heads)
        wide_v, _ = share(split(v, self.kv_heads), self.heads // self.kv_heads)
        y, back_attention = attention(split(q, self.heads), wide_k, wide_v, mask)
        out, back_o = project(join(y), self.w_o.copy())

        def back(d_out):
            d_y, d_w_o = back_o(d_out)
            d_q, d_k, d_v = back_attention(split(d_y, self.heads))
            parts = [back_q(join(d_q)), back_k(join(fold(d_k))), back_v(join(fold(d_v)))]
            return (sum(p[0] for p in parts), *(p[1] for p in parts), d_w_o)

        self.backward_fn = back
        return out

    def backward(self, d_out):
        return self.backward_fn(d_out)
