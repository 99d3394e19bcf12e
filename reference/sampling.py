"""Sampling the next token: temperature, top-k and top-p."""

from __future__ import annotations

import numpy as np


def filter_probabilities(
    logits: np.ndarray, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """Turn logits into the probabilities that a token is drawn with.

    Temperature, then top-k, then top-p: each works on what the one before left, renormalised. Where
    tokens tie, the lower id comes first.

    Args:
        logits: unnormalised scores.
        temperature: the logits are divided by it; 0 gives all the mass to the first maximum.
        top_k: exactly so many of the most probable tokens stay; None, or the vocabulary's size and more, keeps all.
        top_p: the smallest number of most probable tokens stays whose mass is at least top_p, that is,
            those tokens whose more probable ones have a mass below top_p. None and 1 keep all.

    Shape:
        logits `(..., V)`, result `(..., V)`; each row sums to 1.

    Raises:
        ValueError: temperature is negative, top_k is below 1, or top_p is outside (0, 1]; the message names
            the argument and its value.
    """
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, got {temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, got {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must lie in (0, 1], got {top_p}")
    # the most probable first; a stable sort leaves ties in the order of their ids
    order = np.argsort(-logits, axis=-1, kind="stable")
    shifted = np.take_along_axis(logits, order, axis=-1) - logits.max(axis=-1, keepdims=True)
    if temperature == 0:
        temperature, top_k = 1.0, 1
    # p = e^(z / temperature) / sum(e^(z / temperature))
    p = np.exp(shifted / temperature)
    p /= p.sum(axis=-1, keepdims=True)
    if top_k is not None:
        p[..., top_k:] = 0
        p /= p.sum(axis=-1, keepdims=True)
    if top_p is not None and top_p < 1:
        # a token stays if the mass before it is below top_p
        before = p.cumsum(axis=-1) - p
        p[before >= top_p] = 0
        p /= p.sum(axis=-1, keepdims=True)
    probabilities = np.empty_like(p)
    np.put_along_axis(probabilities, order, p, axis=-1)
    return probabilities


def sample(
    logits: np.ndarray,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """Draw one token id for each row of logits, with the probabilities of `filter_probabilities`.

    Args:
        logits, temperature, top_k, top_p: as there.
        rng: where the ids are drawn from; None means `np.random.default_rng()`.

    Shape:
        logits `(..., V)`, result `(...)`, integers; for one axis an integer or an array without axes.

    Raises:
        ValueError: as there.
    """
    rng = np.random.default_rng() if rng is None else rng
    probabilities = filter_probabilities(logits, temperature, top_k, top_p)
    # the id is the number of partial sums that a uniform number has passed; the last sum is 1 but for rounding
    sums = probabilities.cumsum(axis=-1)
    uniform = rng.random((*logits.shape[:-1], 1)) * sums[..., -1:]
    return (sums <= uniform).sum(axis=-1)
