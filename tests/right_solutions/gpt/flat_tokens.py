"""Keeps activations as (N*T, E) matrices, attention head by head; the backward pass recomputes each block from its input."""

import math

import numpy as np

ERF = np.vectorize(math.erf, otypes=[float])
NAMES = ("gamma1", "beta1", "w_q", "w_k", "w_v", "w_o", "gamma2", "beta2", "w1", "b1", "w2", "b2")


def norm(x, gamma, beta):
    mu = x.mean(axis=1, keepdims=True)
    r = 1 / np.sqrt(((x - mu) ** 2).mean(axis=1, keepdims=True) + 1e-5)
    z = (x - mu) * r
    return z * gamma + beta, z, r


def norm_back(d, gamma, z, r):
    g = d * gamma
    return r * (g - g.mean(axis=1, keepdims=True) - z * (g * z).mean(axis=1, keepdims=True)), (d * z).sum(axis=0), d.sum(axis=0)


def softmax(x):
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return x / x.sum(axis=-1, keepdims=True)


def block(x, w, heads, n, want_back):
    e = x.shape[1]
    t, size = len(x) // n, e // heads
    a, z1, r1 = norm(x, w["gamma1"], w["beta1"])
    qkv = a @ np.hstack([w["w_q"], w["w_k"], w["w_v"]])
    future = np.triu(np.full((t, t), -np.inf), 1)
    joined, kept = np.empty((n, t, e)), []
    for h in range(heads):
        q, k, v = (qkv[:, i * e + h * size : i * e + (h + 1) * size].reshape(n, t, size) for i in range(3))
        p = softmax(q @ k.transpose(0, 2, 1) / math.sqrt(size) + future)
        joined[:, :, h * size : (h + 1) * size] = p @ v
        kept.append((q, k, v, p))
    joined = joined.reshape(n * t, e)
    y = x + joined @ w["w_o"]
    c, z2, r2 = norm(y, w["gamma2"], w["beta2"])
    u = c @ w["w1"] + w["b1"]
    cdf = 0.5 + 0.5 * ERF(u / math.sqrt(2))
    if not want_back:
        return y + (u * cdf) @ w["w2"] + w["b2"]

    def back(d):
        g = {"w2": (u * cdf).T @ d, "b2": d.sum(axis=0)}
        d_u = d @ w["w2"].T * (cdf + u * np.exp(-u * u / 2) / math.sqrt(2 * math.pi))
        g["w1"], g["b1"] = c.T @ d_u, d_u.sum(axis=0)
        d_norm, g["gamma2"], g["beta2"] = norm_back(d_u @ w["w1"].T, w["gamma2"], z2, r2)
        d_y = d + d_norm
        g["w_o"] = joined.T @ d_y
        d_joined = (d_y @ w["w_o"].T).reshape(n, t, e)
        d_qkv = np.empty((n, t, 3 * e))
        for h, (q, k, v, p) in enumerate(kept):
            d_o = d_joined[:, :, h * size : (h + 1) * size]
            d_p = d_o @ v.transpose(0, 2, 1)
            d_s = p * (d_p - (p * d_p).sum(axis=2, keepdims=True)) / math.sqrt(size)
            for i, part in enumerate((d_s @ k, d_s.transpose(0, 2, 1) @ q, p.transpose(0, 2, 1) @ d_o)):
                d_qkv[:, :, i * e + h * size : i * e + (h + 1) * size] = part
        d_qkv = d_qkv.reshape(n * t, 3 * e)
        g["w_q"], g["w_k"], g["w_v"] = np.hsplit(a.T @ d_qkv, 3)
        d_a = d_qkv @ np.hstack([w["w_q"], w["w_k"], w["w_v"]]).T
        d_norm, g["gamma1"], g["beta1"] = norm_back(d_a, w["gamma1"], z1, r1)
        return d_y + d_norm, g

    return back


class GPT:
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.sizes = vocab_size, context, embed_dim, num_heads, num_layers
        e = embed_dim
        self.params = {"tokens": 0.02 * rng.standard_normal((vocab_size, e))}
        self.params["positions"] = 0.02 * rng.standard_normal((context, e))
        for b in range(num_layers):
            for name in NAMES:
                rows, cols = {"w1": (e, 4 * e), "w2": (4 * e, e)}.get(name, (e, e))
                if name.startswith("w"):
                    value = 0.02 * rng.standard_normal((rows, cols))
                else:
                    value = np.full(4 * e if name == "b1" else e, 1.0 if name.startswith("gamma") else 0.0)
                self.params[f"blocks.{b}.{name}"] = value
        self.params["gamma"], self.params["beta"] = np.ones(e), np.zeros(e)

    def _weights(self, b):
        return {name: self.params[f"blocks.{b}.{name}"] for name in NAMES}

    def _inputs(self, ids):
        """What goes into each block, and into the final norm."""
        vocab, context, e, heads, layers = self.sizes
        n, t = ids.shape
        if t == 0:
            raise ValueError(f"ids of shape {ids.shape}: T must be at least 1")
        if t > context:
            raise ValueError(f"ids of shape {ids.shape}: T must be at most context = {context}")
        if not np.isin(ids, np.arange(vocab)).all():
            raise ValueError(f"ids must be in 0..{vocab - 1}, got {ids[~np.isin(ids, np.arange(vocab))]}")
        xs = [(self.params["tokens"][ids] + self.params["positions"][None, :t]).reshape(n * t, e)]
        for b in range(layers):
            xs.append(block(xs[-1], self._weights(b), heads, n, False))
        return xs

    def logits(self, ids):
        x, _, _ = norm(self._inputs(ids)[-1], self.params["gamma"], self.params["beta"])
        return (x @ self.params["tokens"].T).reshape(*ids.shape, -1)

    def loss(self, ids, targets):
        vocab, _, e, heads, layers = self.sizes
        if not np.isin(targets, np.arange(vocab)).all():
            raise ValueError(f"targets must be in 0..{vocab - 1}, got {targets[~np.isin(targets, np.arange(vocab))]}")
        p, (n, t) = self.params, ids.shape
        xs = self._inputs(ids)
        x, z, r = norm(xs[-1], p["gamma"], p["beta"])
        scores = x @ p["tokens"].T
        goal, place = targets.ravel(), np.arange(n * t)
        top = scores.max(axis=1)
        loss = np.mean(np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top - scores[place, goal])
        d = softmax(scores)
        d[place, goal] -= 1
        d /= n * t
        grads = {}
        d_x, grads["gamma"], grads["beta"] = norm_back(d @ p["tokens"], p["gamma"], z, r)
        for b in range(layers - 1, -1, -1):
            d_x, part = block(xs[b], self._weights(b), heads, n, True)(d_x)
            grads.update((f"blocks.{b}.{name}", value) for name, value in part.items())
        used = (ids.ravel()[:, None] == np.arange(vocab)).astype(float)
        grads["tokens"] = d.T @ x + used.T @ d_x
        grads["positions"] = np.zeros_like(p["positions"])
        grads["positions"][:t] = d_x.reshape(n, t, e).sum(axis=0)
        return float(loss), grads

    def generate(self, ids, length, temperature=0.0, rng=None):
        if length < 0 or temperature < 0:
            raise ValueError(f"must not be negative: length = {length}, temperature = {temperature}")
        if rng is None:
            rng = np.random.default_rng()
        n, start = ids.shape
        out = np.zeros((n, start + length), dtype=np.int64)
        out[:, :start] = ids
        for i in range(start, start + length):
            z = self.logits(out[:, max(0, i - self.sizes[1]) : i])[:, -1]
            if temperature == 0:
                out[:, i] = z.argmax(axis=1)
            else:
                out[:, i] = [rng.multinomial(1, row).argmax() for row in softmax(z / temperature)]
        return out
