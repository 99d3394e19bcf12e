"""A loop over blocks and one over heads; the mask is added as minus infinity."""

import math

import numpy as np

erf = np.vectorize(math.erf)


def norm(x, gamma, beta):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gamma + beta


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
        p, (n, t) = self.params, ids.shape
        size = p["tokens"].shape[1] // self.heads
        if cache is None:
            cache = dict.fromkeys("kv", np.zeros((self.layers, n, self.heads, 0, size)))
        past = cache["k"].shape[3]
        if t == 0 or past + t > self.context:
            raise ValueError(f"{t} tokens in ids, {past} in the cache, {self.context} in the context")
        if ids.min() < 0 or ids.max() >= len(p["tokens"]):
            raise ValueError(f"ids outside the vocabulary: {ids}")
        hidden = np.full((t, past + t), -np.inf)
        for i in range(t):
            hidden[i, : past + i + 1] = 0
        new = {"k": np.empty((self.layers, n, self.heads, past + t, size))}
        new["v"] = np.empty_like(new["k"])
        x = p["tokens"][ids] + p["positions"][past : past + t]
        for b in range(self.layers):
            w = {name.split(".")[2]: value for name, value in p.items() if name.startswith(f"blocks.{b}.")}
            y = norm(x, w["gamma1"], w["beta1"])
            outs = []
            for h in range(self.heads):
                part = slice(h * size, (h + 1) * size)
                for name in "kv":
                    new[name][b, :, h, :past] = cache[name][b, :, h]
                    new[name][b, :, h, past:] = y @ w[f"w_{name}"][:, part]
                k, v = new["k"][b, :, h], new["v"][b, :, h]
                scores = y @ w["w_q"][:, part] @ k.transpose(0, 2, 1) / math.sqrt(size) + hidden
                scores = np.exp(scores - scores.max(-1, keepdims=True))
                outs.append(scores / scores.sum(-1, keepdims=True) @ v)
            x = x + np.concatenate(outs, axis=-1) @ w["w_o"]
            a = norm(x, w["gamma2"], w["beta2"]) @ w["w1"] + w["b1"]
            x = x + (a / 2 * (1 + erf(a / math.sqrt(2)))) @ w["w2"] + w["b2"]
        return norm(x, p["gamma"], p["beta"]) @ p["tokens"].T, new
