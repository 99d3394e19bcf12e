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

    def __call__(self, x):
        y = self.norm(1)(x)
        q, k, v = (self.split(y @ self[name]) for name in ("w_q", "w_k", "w_v"))
        t = s = q.shape[2]
        scores = q @ np.moveaxis(k, 2, 3) * q.shape[3] ** -0.5
        seen = np.arange(s) <= np.arange(s - t, s)[:, None]
        scores = np.where(seen, scores, -np.inf)
        weights = np.exp(scores - np.max(scores, axis=3, keepdims=True))
        heads = weights @ v / weights.sum(axis=3, keepdims=True)
        x = x + np.concatenate(list(np.moveaxis(heads, 1, 0)), axis=-1) @ self["w_o"]
        return x + gelu(self.norm(2)(x) @ self["w1"] + self["b1"]) @ self["w2"] + self["b2"]


@dataclass
class Head:
    weight: np.ndarray
    bias: np.ndarray

    def __call__(self, states):
        return states @ self.weight + self.bias

    def loss(self, states, labels):
        n = len(labels)
        if not set(labels.tolist()) <= set(range(len(self.bias))):
            raise ValueError(f"a label is no class: {labels}")
        scores = self(states)
        margins = scores - scores[np.arange(n), labels][:, None]
        top = margins.max(axis=1, keepdims=True)
        losses = top[:, 0] + np.log(np.exp(margins - top).sum(axis=1))
        d = np.exp(margins - losses[:, None])
        d[np.arange(n), labels] -= 1
        return losses.sum() / n, states.T @ d / n, np.add.reduce(d) / n


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

    def states(self, ids, lengths):
        if ids.shape[1] == 0 or ids.shape[1] > self.context:
            raise ValueError(f"ids: {ids.shape[1]} tokens for a context of {self.context}")
        if ids.min() < 0 or ids.max() >= len(self.params["tokens"]):
            raise ValueError(f"ids outside the vocabulary: {ids}")
        if min(lengths) < 1 or max(lengths) > ids.shape[1]:
            raise ValueError(f"lengths {lengths} for rows of {ids.shape[1]}")
        x = self.params["tokens"][ids] + self.params["positions"][: ids.shape[1]]
        for number in range(self.layers):
            x = Block(self.params, number, self.heads)(x)
        x = Norm(self.params, ("gamma", "beta"))(x)
        return np.stack([row[length - 1] for row, length in zip(x, lengths, strict=True)])

    def classify(self, ids, lengths, head, bias):
        return Head(head, bias)(self.states(ids, lengths))

    def head_loss(self, ids, lengths, labels, head, bias):
        return Head(head, bias).loss(self.states(ids, lengths), labels)
