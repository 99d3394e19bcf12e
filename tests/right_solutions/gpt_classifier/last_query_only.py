"""The last block computes one query for each sequence: nothing else of it is read."""

import math

import numpy as np

erf = np.vectorize(math.erf, otypes=[np.float64])


def norm(x, gamma, beta):
    scale = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    return gamma * (x - x.mean(axis=-1, keepdims=True)) / scale + beta


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

    def _block(self, x, b, queries=None):
        """One block; with `queries`, places of one query for each row, its output there only."""
        w = {name: self.params[f"blocks.{b}.{name}"] for name in "gamma1 beta1 w_q w_k w_v w_o gamma2 beta2 w1 b1 w2 b2".split()}
        n, t, e = x.shape
        places = np.broadcast_to(np.arange(t), (n, t)) if queries is None else queries[:, None]
        y = norm(x, w["gamma1"], w["beta1"])
        x = np.take_along_axis(x, places[..., None], axis=1)
        q = np.take_along_axis(y, places[..., None], axis=1) @ w["w_q"]
        q, k, v = (a.reshape(n, -1, self.heads, e // self.heads).swapaxes(1, 2) for a in (q, y @ w["w_k"], y @ w["w_v"]))
        scores = q @ k.swapaxes(2, 3) / np.sqrt(e // self.heads)
        seen = (np.arange(t) <= places[..., None])[:, None]
        scores = np.where(seen, scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=3, keepdims=True))
        weights /= weights.sum(axis=3, keepdims=True)
        x = x + (weights @ v).swapaxes(1, 2).reshape(n, -1, e) @ w["w_o"]
        a = norm(x, w["gamma2"], w["beta2"]) @ w["w1"] + w["b1"]
        return x + a * 0.5 * (1 + erf(a / np.sqrt(2))) @ w["w2"] + w["b2"]

    def _last(self, ids, lengths):
        if ids.shape[1] == 0 or ids.shape[1] > self.context:
            raise ValueError(f"ids: {ids.shape[1]} tokens for a context of {self.context}")
        if ids.min() < 0 or ids.max() >= len(self.params["tokens"]):
            raise ValueError(f"ids outside the vocabulary: {ids}")
        if min(lengths) < 1 or max(lengths) > ids.shape[1]:
            raise ValueError(f"lengths {lengths} for rows of {ids.shape[1]}")
        x = self.params["tokens"][ids] + self.params["positions"][: ids.shape[1]]
        for b in range(self.layers - 1):
            x = self._block(x, b)
        x = self._block(x, self.layers - 1, np.asarray(lengths) - 1)
        return norm(x[:, 0], self.params["gamma"], self.params["beta"])

    def classify(self, ids, lengths, head, bias):
        return bias + self._last(ids, lengths) @ head

    def head_loss(self, ids, lengths, labels, head, bias):
        classes = head.shape[1]
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(f"labels {labels}, but there are {classes} classes")
        last = self._last(ids, lengths)
        scores = bias + last @ head
        scores = scores - scores.max(axis=1, keepdims=True)
        right = np.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
        sums = np.exp(scores).sum(axis=1)
        p = np.exp(scores) / sums[:, None]
        np.put_along_axis(p, labels[:, None], np.take_along_axis(p, labels[:, None], axis=1) - 1, axis=1)
        p /= len(labels)
        return (np.log(sums) - right).mean(), last.T @ p, p.sum(axis=0)
