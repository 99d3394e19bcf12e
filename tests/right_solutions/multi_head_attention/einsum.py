"""einsum with the heads as an axis of the weights, (E, H, D): nothing is ever split or joined."""

import numpy as np


class MultiHeadAttention:
    def __init__(self, embed_dim, num_heads, rng=None):
        self.h = num_heads
        self.d, rest = divmod(embed_dim, num_heads)
        if rest != 0:
            raise ValueError(f"embed_dim={embed_dim}, num_heads={num_heads}: does not divide")
        rng = np.random.default_rng() if rng is None else rng
        self.w_q = rng.normal(scale=embed_dim**-0.5, size=(embed_dim, embed_dim))
        self.w_k = rng.normal(scale=embed_dim**-0.5, size=(embed_dim, embed_dim))
        self.w_v = rng.normal(scale=embed_dim**-0.5, size=(embed_dim, embed_dim))
        self.w_o = rng.normal(scale=embed_dim**-0.5, size=(embed_dim, embed_dim))

    def _in(self, w):
        return w.reshape(len(w), self.h, self.d)

    def _out(self):
        return self.w_o.reshape(self.h, self.d, -1)

    def forward(self, x, context=None, mask=None):
        if mask is not None and mask.dtype.kind != "b":
            raise ValueError(f"mask: dtype is {mask.dtype}, should be bool")
        c = x if context is None else context
        q = np.einsum("nte,ehd->nthd", x, self._in(self.w_q), optimize=True) / np.sqrt(self.d)
        k = np.einsum("nse,ehd->nshd", c, self._in(self.w_k), optimize=True)
        v = np.einsum("nse,ehd->nshd", c, self._in(self.w_v), optimize=True)
        s = np.einsum("nthd,nshd->nths", q, k, optimize=True)
        keep = np.ones((len(x), x.shape[1], c.shape[1]), bool)
        if mask is not None:
            keep = keep & mask
        keep = keep[:, :, None, :]
        s = s - np.max(s, axis=-1, keepdims=True, where=keep, initial=-1e300)
        e = np.exp(np.where(keep, s, 0)) * keep
        p = e / np.maximum(e.sum(-1, keepdims=True), 1e-300)
        o = np.einsum("nths,nshd->nthd", p, v, optimize=True)
        self.tape = x, c, context is None, q, k, v, p, o
        return np.einsum("nthd,hde->nte", o, self._out(), optimize=True)

    def backward(self, d_out):
        x, c, alone, q, k, v, p, o = self.tape
        E = x.shape[-1]
        d_w_o = np.einsum("nthd,nte->hde", o, d_out, optimize=True).reshape(E, E)
        d_o = np.einsum("nte,hde->nthd", d_out, self._out(), optimize=True)
        d_v = np.einsum("nths,nthd->nshd", p, d_o, optimize=True)
        d_p = np.einsum("nthd,nshd->nths", d_o, v, optimize=True)
        d_s = p * (d_p - np.einsum("nths,nths->nth", p, d_p)[..., None])
        d_q = np.einsum("nths,nshd->nthd", d_s, k, optimize=True) / np.sqrt(self.d)
        d_k = np.einsum("nths,nthd->nshd", d_s, q, optimize=True)
        d_w = [
            np.einsum("nle,nlhd->ehd", a, g, optimize=True).reshape(E, E)
            for a, g in ((x, d_q), (c, d_k), (c, d_v))
        ]
        d_x = np.einsum("nthd,ehd->nte", d_q, self._in(self.w_q), optimize=True)
        d_c = np.einsum("nshd,ehd->nse", d_k, self._in(self.w_k), optimize=True)
        d_c = d_c + np.einsum("nshd,ehd->nse", d_v, self._in(self.w_v), optimize=True)
        if alone:
            return [d_x + d_c, *d_w, d_w_o]
        return [d_x, d_c, *d_w, d_w_o]
