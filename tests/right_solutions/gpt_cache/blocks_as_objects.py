"""A class for each part; the blocks look their parameters up in one shared dict."""

import math
from dataclasses import dataclass

import numpy as np


def gelu(a):
    flat = [value * 0.5 * math.erfc(-value / math.sqrt(2)) for value in a.ravel().tolist()]
    return np.array(flat).reshape(a.shape)


@dataclass
class Norm:
    params: dict
    names: tuple

    def __call__(self, x):
        gamma, beta = (self.params[name] for name in self.names)
        scale = np.sqrt(np.var(x, axis=-1, keepdims=True) + 1e-5)
        return (x - np.mean(x, axis=-1, keepdims=True)) / scale * gamma + beta


@dataclass
class Block:
    params: dict
    number: int
    heads: int

    def __getitem__(self, name):
        return self.params[f"blocks.{self.number}.{name}"]

    def norm(self, which):
        return Norm(self.params, (f"blocks.{self.number}.gamma{which}", f"blocks.{self.number}.beta{which}"))

    def split(self, x):
        return np.stack(np.split(x, self.heads, axis=-1), axis=1)

    def __call__(self, x, past):
        y = self.norm(1)(x)
        q, *new = (self.split(y @ self[name]) for name in ("w_q", "w_k", "w_v"))
        k, v = (np.concatenate(pair, axis=2) for pair in zip(past, new, strict=True)) if past else new
        t, s = q.shape[2], k.shape[2]
        scores = q @ np.moveaxis(k, 2, 3) * q.shape[3] ** -0.5
        seen = np.arange(s) <= np.arange(s - t, s)[:, None]
        scores = np.where(seen, scores, -np.inf)
        weights = np.exp(scores - np.max(scores, axis=3, keepdims=True))
        heads = weights @ v / weights.sum(axis=3, keepdims=True)
        x = x + np.concatenate(list(np.moveaxis(heads, 1, 0)), axis=-1) @ self["w_o"]
        return x + gelu(self.norm(2)(x) @ self["w1"] + self["b1"]) @ self["w2"] + self["b2"], (k, v)


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
        logits, _ = self.step(ids)
        return logits

    def step(self, ids, cache=None):
        old = 0 if cache is None else cache["k"].shape[3]
        new = ids.shape[1]
        if new == 0:
            raise ValueError("ids hold no token: their length is 0")
        if old + new > self.context:
            raise ValueError(f"a context of {self.context} tokens cannot hold {old} + {new}")
        for value in np.unique(ids):
            if not 0 <= value < len(self.params["tokens"]):
                raise ValueError(f"id {value} is not in the vocabulary")
        x = self.params["tokens"][ids] + self.params["positions"][old : old + new]
        pairs = []
        for number in range(self.layers):
            past = None if cache is None else (cache["k"][number], cache["v"][number])
            x, pair = Block(self.params, number, self.heads)(x, past)
            pairs.append(pair)
        k, v = (np.stack(arrays) for arrays in zip(*pairs, strict=True))
        return Norm(self.params, ("gamma", "beta"))(x) @ self.params["tokens"].T, {"k": k, "v": v}
