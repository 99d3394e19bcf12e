"""One token at a time, however many come: no mask is ever needed."""

import math

import numpy as np

erf = np.vectorize(math.erf, otypes=[np.float64])


def norm(x, gamma, beta):
    return gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5) + beta


class GPT:
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.context, self.heads, self.layers = context, num_heads, num_layers
        e = embed_dim
        names = {"tokens": (vocab_size, e), "positions": (context, e)}
        for b in range(num_layers):
            shapes = [(e,), (e,), (e, e), (e, e), (e, e), (e, e), (e,), (e,), (e, 4 * e), (4 * e,), (4 * e, e), (e,)]
            for name, shape in zip("gamma1 beta1 w_q w_k w_v w_o gamma2 beta2 w1 b1 w2 b2".split(), shapes, strict=True):
                names[f"blocks.{b}.{name}"] = shape
        names.update(gamma=(e,), beta=(e,))
        self.params = {}
        for name, shape in names.items():
            if len(shape) == 2:
                self.params[name] = 0.02 * rng.standard_normal(shape)
            else:
                self.params[name] = np.ones(shape) if "gamma" in name else np.zeros(shape)

    def logits(self, ids):
        return self.step(ids)[0]

    def step(self, ids, cache=None):
        n, t = ids.shape
        size = self.params["tokens"].shape[1] // self.heads
        if cache is None:
            k = v = np.zeros((self.layers, n, self.heads, 0, size))
        else:
            k, v = cache["k"], cache["v"]
        if t < 1 or k.shape[3] + t > self.context:
            raise ValueError(f"cannot take {t} tokens: ids and cache may hold {self.context}, the cache has {k.shape[3]}")
        if np.any((ids < 0) | (ids >= len(self.params["tokens"]))):
            raise ValueError(f"ids: {ids.min()} to {ids.max()} do not lie in the vocabulary")
        rows = []
        for column in ids.T:
            row, k, v = self.token(column, k, v)
            rows.append(row)
        return np.stack(rows, axis=1), {"k": k, "v": v}

    def token(self, ids, k, v):
        """One token of each sequence: its logits, and longer keys and values."""
        p = self.params
        layers, n, heads, past, size = k.shape
        longer = [np.concatenate([a, np.zeros((layers, n, heads, 1, size))], axis=3) for a in (k, v)]
        x = p["tokens"][ids] + p["positions"][past]
        for b in range(layers):
            w = {name: p[f"blocks.{b}.{name}"] for name in "gamma1 beta1 w_q w_k w_v w_o gamma2 beta2 w1 b1 w2 b2".split()}
            y = norm(x, w["gamma1"], w["beta1"])
            q = (y @ w["w_q"]).reshape(n, heads, size)
            for array, name in zip(longer, ("w_k", "w_v"), strict=True):
                array[b, :, :, past] = (y @ w[name]).reshape(n, heads, size)
            scores = (longer[0][b] @ q[..., None])[..., 0] / np.sqrt(size)
            weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
            weights /= weights.sum(axis=-1, keepdims=True)
            x = x + (weights[:, :, None] @ longer[1][b]).reshape(n, -1) @ w["w_o"]
            a = norm(x, w["gamma2"], w["beta2"]) @ w["w1"] + w["b1"]
            x = x + a * 0.5 * (1 + erf(a / np.sqrt(2))) @ w["w2"] + w["b2"]
        return norm(x, p["gamma"], p["beta"]) @ p["tokens"].T, *longer
