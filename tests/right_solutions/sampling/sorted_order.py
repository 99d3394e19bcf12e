"""Whole arrays, sorted once; ids are drawn by comparing the cumulative sum with one uniform number a row."""

import numpy as np


def _check(temperature, top_k, top_p):
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}, must be 0 or more")
    if top_k is not None and top_k <= 0:
        raise ValueError(f"top_k is {top_k}, must be 1 or more")
    if top_p is not None and (top_p <= 0 or top_p > 1):
        raise ValueError(f"top_p is {top_p}, must be in (0, 1]")


def filter_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    _check(temperature, top_k, top_p)
    vocab = logits.shape[-1]
    if temperature == 0:
        return (np.arange(vocab) == np.argmax(logits, axis=-1, keepdims=True)).astype(float)
    z = logits / temperature
    z = z - z.max(axis=-1, keepdims=True)
    p = np.exp(z)
    p = p / p.sum(axis=-1, keepdims=True)
    # equal logits keep the order of their ids
    order = np.argsort(-z, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, order, axis=-1)
    if top_k is not None and top_k < vocab:
        ranked[..., top_k:] = 0
        ranked = ranked / ranked.sum(axis=-1, keepdims=True)
    if top_p is not None and top_p < 1:
        mass = np.cumsum(ranked, axis=-1)
        keep = np.ones(ranked.shape, dtype=bool)
        keep[..., 1:] = mass[..., :-1] < top_p
        ranked = np.where(keep, ranked, 0)
        ranked = ranked / ranked.sum(axis=-1, keepdims=True)
    # the inverse of a permutation is its argsort
    return np.take_along_axis(ranked, np.argsort(order, axis=-1), axis=-1)


def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    rng = np.random.default_rng() if rng is None else rng
    p = filter_probabilities(logits, temperature, top_k, top_p)
    edges = np.cumsum(p, axis=-1)
    u = rng.random(edges.shape[:-1])[..., None] * edges[..., -1:]
    return (edges <= u).sum(axis=-1)
