"""Everything in two long methods with einsum, heads as an axis of the weights, and each gradient spelled out."""

import math

import numpy as np

ERF = np.vectorize(math.erf, otypes=[float])


class TransformerBlock:
    def __init__(self, embed_dim, num_heads, hidden_dim=None, rng=None):
        self.heads, self.size = num_heads, embed_dim // num_heads
        if self.heads * self.size != embed_dim:
            raise ValueError(f"embed_dim: {embed_dim}, num_heads: {num_heads}: a remainder is left")
        rng = np.random.default_rng() if rng is None else rng
        wide = hidden_dim if hidden_dim is not None else embed_dim * 4
        one, zero, E = np.ones, np.zeros, embed_dim
        names = "w_q w_k w_v w_o w1 w2".split()
        shapes = [(E, E)] * 4 + [(E, wide), (wide, E)]
        self.params = dict(zip(names, (0.02 * rng.standard_normal(shape) for shape in shapes)))
        self.params.update(gamma1=one(E), gamma2=one(E), beta1=zero(E), beta2=zero(E), b1=zero(wide), b2=zero(E))

    def forward(self, x, mask=None):
        p = dict(self.params)
        n, t, e = x.shape
        h, d = self.heads, self.size
        keep = np.ones((n, 1, t, t), dtype=bool)
        if mask is not None:
            if mask.dtype.kind != "b":
                raise ValueError(f"mask.dtype is {mask.dtype}")
            keep = np.broadcast_to(mask, (n, t, t)).reshape(n, 1, t, t)
        s1 = (x.var(-1) + 1e-5) ** -0.5
        z1 = (x - x.mean(-1)[..., None]) * s1[..., None]
        a = z1 * p["gamma1"] + p["beta1"]
        q = np.einsum("nte,ehd->nhtd", a, p["w_q"].reshape(e, h, d))
        k = np.einsum("nte,ehd->nhtd", a, p["w_k"].reshape(e, h, d))
        v = np.einsum("nte,ehd->nhtd", a, p["w_v"].reshape(e, h, d))
        s = np.einsum("nhtd,nhsd->nhts", q, k) / math.sqrt(d)
        s = np.where(keep, s, -1e100)
        w = np.exp(s - s.max(-1, keepdims=True)) * keep
        w = w / np.maximum(w.sum(-1, keepdims=True), np.finfo(float).tiny)
        c = np.einsum("nhts,nhsd->nthd", w, v).reshape(n, t, e)
        y = x + c @ p["w_o"]
        s2 = (y.var(-1) + 1e-5) ** -0.5
        z2 = (y - y.mean(-1)[..., None]) * s2[..., None]
        b = z2 * p["gamma2"] + p["beta2"]
        u = b @ p["w1"] + p["b1"]
        cdf = ERF(u / math.sqrt(2)) / 2 + 0.5
        self.saved = p, s1, z1, a, q, k, v, w, c, s2, z2, b, u, cdf
        return y + (u * cdf) @ p["w2"] + p["b2"]

    def backward(self, d_out):
        p, s1, z1, a, q, k, v, w, c, s2, z2, b, u, cdf = self.saved
        n, t, e = d_out.shape
        h, d = self.heads, self.size
        g = {"b2": d_out.sum((0, 1)), "w2": np.einsum("nti,nto->io", u * cdf, d_out)}
        d_u = (d_out @ p["w2"].T) * (cdf + u * np.exp(-u * u / 2) / math.sqrt(2 * math.pi))
        g["b1"], g["w1"] = d_u.sum((0, 1)), np.einsum("nti,nto->io", b, d_u)
        d_b = d_u @ p["w1"].T
        g["beta2"], g["gamma2"] = d_b.sum((0, 1)), np.einsum("nte,nte->e", d_b, z2)
        d_z = d_b * p["gamma2"]
        along = np.einsum("nte,nte->nt", d_z, z2) / e
        d_y = d_out + s2[..., None] * (d_z - d_z.mean(-1)[..., None] - along[..., None] * z2)
        g["w_o"] = np.einsum("nti,nto->io", c, d_y)
        d_c = (d_y @ p["w_o"].T).reshape(n, t, h, d)
        d_v = np.einsum("nhts,nthd->nhsd", w, d_c)
        d_w = np.einsum("nthd,nhsd->nhts", d_c, v)
        d_s = w * d_w
        d_s = (d_s - w * d_s.sum(-1, keepdims=True)) / math.sqrt(d)
        d_q = np.einsum("nhts,nhsd->nhtd", d_s, k)
        d_k = np.einsum("nhts,nhtd->nhsd", d_s, q)
        d_a = 0
        for name, d_p in (("w_q", d_q), ("w_k", d_k), ("w_v", d_v)):
            g[name] = np.einsum("nte,nhtd->ehd", a, d_p).reshape(e, e)
            d_a = d_a + np.einsum("nhtd,ehd->nte", d_p, p[name].reshape(e, h, d))
        g["beta1"], g["gamma1"] = d_a.sum((0, 1)), np.einsum("nte,nte->e", d_a, z1)
        d_z = d_a * p["gamma1"]
        along = np.einsum("nte,nte->nt", d_z, z1) / e
        return d_y + s1[..., None] * (d_z - d_z.mean(-1)[..., None] - along[..., None] * z1), g
