"""Filters by setting logits to -inf, and takes a fresh softmax after each filter; draws by the Gumbel trick."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _filtered(logits, temperature, top_k, top_p):
    if not temperature >= 0:
        raise ValueError(f"temperature={temperature}")
    if top_k is not None and not top_k >= 1:
        raise ValueError(f"top_k={top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p={top_p}")
    size = logits.shape[-1]
    z = np.array(logits, dtype=float).reshape(-1, size)
    # rank of each token: how many come before it
    order = np.lexsort((np.broadcast_to(np.arange(size), z.shape), -z), axis=-1)
    rank = np.empty_like(order)
    rank[np.arange(len(z))[:, None], order] = np.arange(size)
    k = 1 if temperature == 0 else min(top_k or size, size)
    z = z if temperature == 0 else z / temperature
    z[rank >= k] = -np.inf
    if top_p is not None and top_p < 1:
        for row, places in zip(z, order):
            mass = np.cumsum(softmax(row)[places])
            needed = min(np.searchsorted(mass, top_p, side="left") + 1, size)
            row[places[needed:]] = -np.inf
    return z.reshape(logits.shape)


def filter_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    return softmax(_filtered(logits, temperature, top_k, top_p))


def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    z = _filtered(logits, temperature, top_k, top_p)
    noise = (rng or np.random.default_rng()).gumbel(size=z.shape)
    return np.argmax(z + noise, axis=-1)
