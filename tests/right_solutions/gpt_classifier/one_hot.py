"""The last place is chosen by a product with a one-hot matrix, and so is the label."""

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

    def hidden(self, ids, lengths):
        if ids.shape[1] == 0 or ids.shape[1] > self.context:
            raise ValueError(f"ids: {ids.shape[1]} tokens for a context of {self.context}")
        if ids.min() < 0 or ids.max() >= len(self.params["tokens"]):
            raise ValueError(f"ids outside the vocabulary: {ids}")
        if min(lengths) < 1 or max(lengths) > ids.shape[1]:
            raise ValueError(f"lengths {lengths} for rows of {ids.shape[1]}")
        x = self.params["tokens"].take(ids, axis=0) + self.params["positions"][np.arange(ids.shape[1])]
        for b in range(self.layers):
            x = self.block(x, f"blocks.{b}.")
        chosen = (np.arange(ids.shape[1]) == np.asarray(lengths)[:, None] - 1).astype(float)
        return np.einsum("nte,nt->ne", layer_norm(x, self.params["gamma"], self.params["beta"]), chosen)

    def block(self, x, prefix):
        w = lambda name: self.params[prefix + name]  # noqa: E731
        size = x.shape[2] // self.heads
        y = layer_norm(x, w("gamma1"), w("beta1"))
        q, k, v = (np.einsum("nte,ehd->nhtd", y, w(m).reshape(-1, self.heads, size)) for m in ("w_q", "w_k", "w_v"))
        scores = np.einsum("nhtd,nhsd->nhts", q, k) / size**0.5
        scores[..., np.triu(np.ones(scores.shape[-2:]), 1) > 0] = -np.inf
        weights = np.exp(scores - scores.max(axis=-1)[..., None])
        heads = np.einsum("nhts,nhsd->nthd", weights, v) / np.einsum("nhts->nth", weights)[..., None]
        x = x + np.einsum("nthd,hde->nte", heads, w("w_o").reshape(self.heads, size, -1))
        a = layer_norm(x, w("gamma2"), w("beta2")) @ w("w1") + w("b1")
        return x + (a * (0.5 + 0.5 * erf(a * 0.5**0.5).astype(float))) @ w("w2") + w("b2")

    def classify(self, ids, lengths, head, bias):
        return np.einsum("ne,ec->nc", self.hidden(ids, lengths), head) + bias[None]

    def head_loss(self, ids, lengths, labels, head, bias):
        if np.any((labels < 0) | (labels >= len(bias))):
            raise ValueError(f"labels out of range: {labels}")
        hidden = self.hidden(ids, lengths)
        scores = np.einsum("ne,ec->nc", hidden, head) + bias
        log_p = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        wanted = np.eye(len(bias))[labels]
        d = (np.exp(log_p) - wanted) / len(labels)
        return -np.einsum("nc,nc->", log_p, wanted) / len(labels), np.einsum("ne,nc->ec", hidden, d), np.einsum("nc->c", d)
