"""einsum all through; old and new keys give scores of their own, which are joined before the softmax."""

import math

import numpy as np

erf = np.frompyfunc(math.erf, 1, 1)


def layer_norm(x, gamma, beta):
    mean, var = x.mean(axis=2)[..., None], x.var(axis=2)[..., None]
    return (x - mean) / (var + 1e-5) ** 0.5 * gamma + beta


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
        tokens, positions = self.params["tokens"], self.params["positions"]
        n, t = ids.shape
        past = cache["k"].shape[-2] if cache else 0
        if not 0 < t or t + past > len(positions):
            raise ValueError(f"ids hold {t} tokens, with {past} in the cache and a context of {len(positions)}")
        if not ((0 <= ids) & (ids < len(tokens))).all():
            raise ValueError(f"bad id in {ids}")
        x = tokens.take(ids, axis=0) + positions[np.arange(past, past + t)]
        new = {"k": [], "v": []}
        for b in range(self.layers):
            x, k, v = self.block(x, f"blocks.{b}.", cache["k"][b] if cache else None, cache["v"][b] if cache else None)
            new["k"].append(k)
            new["v"].append(v)
        out = layer_norm(x, self.params["gamma"], self.params["beta"])
        return np.einsum("nte,ve->ntv", out, tokens), {name: np.array(value) for name, value in new.items()}

    def block(self, x, prefix, old_k, old_v):
        w = lambda name: self.params[prefix + name]  # noqa: E731
        size = x.shape[2] // self.heads
        y = layer_norm(x, w("gamma1"), w("beta1"))
        q, k, v = (np.einsum("nte,ehd->nhtd", y, w(m).reshape(-1, self.heads, size)) for m in ("w_q", "w_k", "w_v"))
        scores = np.einsum("nhtd,nhsd->nhts", q, k) / size**0.5
        scores[..., np.triu(np.ones(scores.shape[-2:]), 1) > 0] = -np.inf
        if old_k is not None:
            scores = np.concatenate([np.einsum("nhtd,nhsd->nhts", q, old_k) / size**0.5, scores], axis=-1)
            k, v = np.concatenate([old_k, k], axis=2), np.concatenate([old_v, v], axis=2)
        weights = np.exp(scores - scores.max(axis=-1)[..., None])
        heads = np.einsum("nhts,nhsd->nthd", weights, v) / np.einsum("nhts->nth", weights)[..., None]
        x = x + np.einsum("nthd,hde->nte", heads, w("w_o").reshape(self.heads, size, -1))
        a = layer_norm(x, w("gamma2"), w("beta2")) @ w("w1") + w("b1")
        gelu = a * (0.5 + 0.5 * erf(a * 0.5**0.5).astype(float))
        return x + gelu @ w("w2") + w("b2"), k, v
