"""One small class for each part, each with forward and backward; the block wires them together."""

from math import erf, pi, sqrt

import numpy as np


class LayerNorm:
    def forward(self, x, gamma, beta):
        mean = x.mean(axis=2, keepdims=True)
        self.std = np.sqrt(((x - mean) ** 2).mean(axis=2, keepdims=True) + 1e-5)
        self.normal = (x - mean) / self.std
        self.gamma = gamma
        return self.normal * gamma + beta

    def backward(self, d):
        d_gamma, d_beta = (d * self.normal).sum((0, 1)), d.sum((0, 1))
        d = d * self.gamma
        d = d - d.mean(axis=2, keepdims=True) - self.normal * (d * self.normal).mean(axis=2, keepdims=True)
        return d / self.std, d_gamma, d_beta


class Linear:
    def forward(self, x, weight, bias=0.0):
        self.x, self.weight = x, weight
        return x @ weight + bias

    def backward(self, d):
        flat = d.reshape(-1, d.shape[-1])
        return d @ self.weight.T, self.x.reshape(-1, self.x.shape[-1]).T @ flat, flat.sum(axis=0)


class GELU:
    def forward(self, x):
        self.x = x
        self.cdf = np.array([0.5 + 0.5 * erf(value / sqrt(2)) for value in x.ravel()]).reshape(x.shape)
        return x * self.cdf

    def backward(self, d):
        return d * (self.cdf + self.x * np.exp(-0.5 * self.x**2) / sqrt(2 * pi))


class Attention:
    def forward(self, q, k, v, mask):
        self.q, self.k, self.v = q, k, v
        scores = q @ k.transpose(0, 1, 3, 2) / sqrt(q.shape[3])
        if mask is not None:
            scores = np.where(mask, scores, -np.inf)
        top = np.max(scores, axis=3, keepdims=True)
        top = np.where(np.isinf(top), 0.0, top)
        e = np.exp(scores - top)
        total = e.sum(axis=3, keepdims=True)
        self.weights = e / np.where(total == 0.0, 1.0, total)
        return self.weights @ v

    def backward(self, d):
        d_weights = d @ self.v.transpose(0, 1, 3, 2)
        d_scores = self.weights * (d_weights - (self.weights * d_weights).sum(axis=3, keepdims=True))
        d_scores = d_scores / sqrt(self.q.shape[3])
        return d_scores @ self.k, d_scores.transpose(0, 1, 3, 2) @ self.q, self.weights.transpose(0, 1, 3, 2) @ d


class TransformerBlock:
    def __init__(self, embed_dim, num_heads, hidden_dim=None, rng=None):
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim {embed_dim} is not divisible by num_heads {num_heads}")
        hidden = 4 * embed_dim if hidden_dim is None else hidden_dim
        rng = np.random.default_rng() if rng is None else rng
        p = self.params = {}
        for i, rows, cols in ((1, embed_dim, hidden), (2, hidden, embed_dim)):
            p[f"gamma{i}"], p[f"beta{i}"] = np.ones(embed_dim), np.zeros(embed_dim)
            p[f"w{i}"], p[f"b{i}"] = rng.normal(0, 0.02, (rows, cols)), np.zeros(cols)
        for name in ("w_q", "w_k", "w_v", "w_o"):
            p[name] = rng.normal(0, 0.02, (embed_dim, embed_dim))
        self.num_heads = num_heads
        self.norm1, self.norm2, self.gelu, self.attention = LayerNorm(), LayerNorm(), GELU(), Attention()
        self.linear = {name: Linear() for name in ("w_q", "w_k", "w_v", "w_o", "w1", "w2")}

    def split(self, x):
        n, t, e = x.shape
        return x.reshape(n, t, self.num_heads, e // self.num_heads).transpose(0, 2, 1, 3)

    def join(self, x):
        n, h, t, d = x.shape
        return x.transpose(0, 2, 1, 3).reshape(n, t, h * d)

    def forward(self, x, mask=None):
        if mask is not None:
            if mask.dtype != bool:
                raise ValueError(f"mask must be boolean, its dtype is {mask.dtype}")
            mask = np.broadcast_to(mask, (x.shape[0], x.shape[1], x.shape[1]))[:, np.newaxis]
        p, f = self.params, self.linear
        a = self.norm1.forward(x, p["gamma1"], p["beta1"])
        q, k, v = (self.split(f[name].forward(a, p[name])) for name in ("w_q", "w_k", "w_v"))
        y = x + f["w_o"].forward(self.join(self.attention.forward(q, k, v, mask)), p["w_o"])
        b = self.norm2.forward(y, p["gamma2"], p["beta2"])
        hidden = self.gelu.forward(f["w1"].forward(b, p["w1"], p["b1"]))
        return y + f["w2"].forward(hidden, p["w2"], p["b2"])

    def backward(self, d_out):
        f, g = self.linear, {}
        d, g["w2"], g["b2"] = f["w2"].backward(d_out)
        d, g["w1"], g["b1"] = f["w1"].backward(self.gelu.backward(d))
        d, g["gamma2"], g["beta2"] = self.norm2.backward(d)
        d_y = d_out + d
        d, g["w_o"], _ = f["w_o"].backward(d_y)
        d_a = 0
        for name, part in zip(("w_q", "w_k", "w_v"), self.attention.backward(self.split(d))):
            d, g[name], _ = f[name].backward(self.join(part))
            d_a = d_a + d
        d, g["gamma1"], g["beta1"] = self.norm1.backward(d_a)
        return d_y + d, g
