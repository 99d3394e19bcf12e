"""Each function returns its value and a function that goes back; `residual` adds the two paths."""

import math

import numpy as np


def affine(x, grads, p, weight, bias=None):
    out = np.tensordot(x, p[weight], 1)
    if bias:
        out = out + p[bias]

    def back(d):
        grads[weight] = np.tensordot(x, d, ([0, 1], [0, 1]))
        if bias:
            grads[bias] = d.sum(axis=(0, 1))
        return d @ p[weight].T

    return out, back


def norm(x, grads, p, number):
    gamma, beta = p[f"gamma{number}"], p[f"beta{number}"]
    centred = x - x.mean(axis=-1, keepdims=True)
    var = np.mean(centred**2, axis=-1, keepdims=True) + 1e-5
    out = centred / np.sqrt(var) * gamma + beta

    def back(d):
        grads[f"gamma{number}"] = np.sum(d * centred / np.sqrt(var), axis=(0, 1))
        grads[f"beta{number}"] = np.sum(d, axis=(0, 1))
        d = d * gamma
        # the textbook's way: through the variance, then through the mean
        d_var = np.sum(d * centred, axis=-1, keepdims=True) * -0.5 * var**-1.5
        d_centred = d / np.sqrt(var) + d_var * 2 * centred / x.shape[-1]
        return d_centred - d_centred.mean(axis=-1, keepdims=True)

    return out, back


def gelu(x):
    flat = [0.5 * math.erfc(-value / math.sqrt(2)) for value in x.flat]
    cdf = np.reshape(flat, x.shape)
    return x * cdf, lambda d: d * (cdf + x * np.exp(-x * x / 2) * (2 * math.pi) ** -0.5)


def heads_apart(x, heads):
    return np.stack(np.split(x, heads, axis=-1), axis=1), lambda d: heads_together(d)[0]


def heads_together(x):
    return np.concatenate(list(np.moveaxis(x, 1, 0)), axis=-1), lambda d: heads_apart(d, x.shape[1])[0]


def attend(q, k, v, keep):
    scale = q.shape[-1] ** -0.5
    s = scale * np.einsum("nhtd,nhsd->nhts", q, k)
    s = np.where(keep, s, -np.inf)
    e = np.exp(s - s.max(axis=-1, keepdims=True, initial=-1e300))
    z = e.sum(axis=-1, keepdims=True)
    w = np.divide(e, z, where=z > 0, out=np.zeros(e.shape))

    def back(d):
        d_w = np.einsum("nhtd,nhsd->nhts", d, v)
        d_s = scale * w * (d_w - np.einsum("nhts,nhts->nht", w, d_w)[..., None])
        return (
            np.einsum("nhts,nhsd->nhtd", d_s, k),
            np.einsum("nhts,nhtd->nhsd", d_s, q),
            np.einsum("nhts,nhtd->nhsd", w, d),
        )

    return np.einsum("nhts,nhsd->nhtd", w, v), back


class TransformerBlock:
    def __init__(self, embed_dim, num_heads, hidden_dim=None, rng=None):
        if embed_dim % num_heads:
            raise ValueError(f"num_heads={num_heads} must divide embed_dim={embed_dim}")
        self.num_heads = num_heads
        if rng is None:
            rng = np.random.default_rng()
        hidden_dim = hidden_dim or 4 * embed_dim
        shapes = dict(w_q=(embed_dim, embed_dim), w_k=(embed_dim, embed_dim), w_v=(embed_dim, embed_dim))
        shapes |= dict(w_o=(embed_dim, embed_dim), w1=(embed_dim, hidden_dim), w2=(hidden_dim, embed_dim))
        self.params = {name: rng.normal(0.0, 0.02, size=shape) for name, shape in shapes.items()}
        self.params |= {name: np.full(embed_dim, 1.0) for name in ("gamma1", "gamma2")}
        self.params |= {name: np.full(embed_dim, 0.0) for name in ("beta1", "beta2", "b2")} | {"b1": np.full(hidden_dim, 0.0)}

    def _attention(self, x, grads, keep):
        normed, norm_back = norm(x, grads, self.params, 1)
        parts, backs = [], []
        for name in ("w_q", "w_k", "w_v"):
            projected, back = affine(normed, grads, self.params, name)
            part, apart_back = heads_apart(projected, self.num_heads)
            parts.append(part)
            backs.append((back, apart_back))
        attended, attend_back = attend(*parts, keep)
        joined, join_back = heads_together(attended)
        out, out_back = affine(joined, grads, self.params, "w_o")

        def back(d):
            pieces = attend_back(join_back(out_back(d)))
            return norm_back(sum(b(apart(piece)) for (b, apart), piece in zip(backs, pieces)))

        return out, back

    def _mlp(self, x, grads):
        normed, norm_back = norm(x, grads, self.params, 2)
        a, a_back = affine(normed, grads, self.params, "w1", "b1")
        g, g_back = gelu(a)
        out, out_back = affine(g, grads, self.params, "w2", "b2")
        return out, lambda d: norm_back(a_back(g_back(out_back(d))))

    def forward(self, x, mask=None):
        keep = True
        if mask is not None:
            if mask.dtype != bool:
                raise ValueError(f"mask: {mask.dtype} is not bool")
            n, t, _ = x.shape
            keep = np.broadcast_to(mask, (n, t, t))[:, None]
        grads = {}
        attended, attention_back = self._attention(x, grads, keep)
        y = x + attended
        mixed, mlp_back = self._mlp(y, grads)

        def back(d):
            d = d + mlp_back(d)
            return d + attention_back(d)

        self._grads, self._back = grads, back
        return y + mixed

    def backward(self, d_out):
        d_x = self._back(d_out)
        return d_x, dict(self._grads)
