"""Layers as pairs of functions with explicit caches, and sandwiches made of them.

A forward function returns its output and a cache: everything that the matching backward
function needs. What a cache looks like is up to you; it is only ever handed back. Nothing
else is remembered between calls, so any number of caches can be alive at the same time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Pair = tuple[np.ndarray, Any]
Gradients = tuple[np.ndarray, ...]


def affine_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> Pair:
    """Return ``(x @ w + b, cache)``.

    Shape:
        x ``(N, D)``, w ``(D, M)``, b ``(M,)``; output ``(N, M)``.

    Raises:
        ValueError: ``x`` is not ``(N, D)``.
    """
    if x.ndim != 2 or x.shape[1] != w.shape[0]:
        raise ValueError(f"x must have shape (N, {w.shape[0]}), got {x.shape}")
    return x @ w + b, (x, w)


def affine_backward(d_out: np.ndarray, cache: Any) -> Gradients:
    """Return ``(d_x, d_w, d_b)``, summed over the batch.

    Shape:
        d_out ``(N, M)``; each gradient as what it belongs to.
    """
    x, w = cache
    return d_out @ w.T, x.T @ d_out, d_out.sum(axis=0)


def relu_forward(x: np.ndarray) -> Pair:
    """Return ``(max(x, 0), cache)``, of the shape and dtype of ``x``."""
    return np.maximum(x, 0), x > 0


def relu_backward(d_out: np.ndarray, cache: Any) -> np.ndarray:
    """Return ``d_x``; the derivative is taken as 0 at exactly 0."""
    return np.asarray(d_out * cache)


def affine_relu_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> Pair:
    """Affine, then ReLU: return ``(out, cache)``."""
    a, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
    """Return ``(d_x, d_w, d_b)`` of affine, ReLU."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(d_out, relu_cache), affine_cache)


def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
    """Affine, ReLU, then inverted dropout: return ``(out, cache)``.

    Args:
        x, w, b: as for ``affine_forward``.
        dropout_param: a dict with the keys
            ``"p"``, the probability of **zeroing** an activation;
            ``"mode"``, ``"train"`` or ``"test"`` (no dropout at all);
            ``"rng"``, the ``numpy.random.Generator`` that draws the mask.

    Raises:
        ValueError: ``p`` is outside [0, 1), in either mode, or the mode is neither of the two.
    """
    p, training = dropout_param["p"], _is_training(dropout_param)
    if not 0 <= p < 1:
        raise ValueError(f"p must be in [0, 1), got {p}")
    out, cache = affine_relu_forward(x, w, b)
    if not training:
        return out, (cache, 1.0)
    # out = relu * mask / (1 - p)
    mask = (dropout_param["rng"].random(out.shape) >= p) / (1 - p)
    return out * mask, (cache, mask)


def affine_relu_dropout_backward(d_out: np.ndarray, cache: Any) -> Gradients:
    """Return ``(d_x, d_w, d_b)`` of affine, ReLU, dropout, for the mask that forward drew."""
    affine_relu_cache, mask = cache
    return affine_relu_backward(d_out * mask, affine_relu_cache)


def affine_bn_relu_forward(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    bn_param: dict[str, Any],
) -> Pair:
    """Affine, batch norm, then ReLU: return ``(out, cache)``.

    In training the batch's mean and biased variance normalise, and the running statistics
    in ``bn_param`` move:

        running = (1 - momentum) * running + momentum * batch

    where ``running_var`` takes the unbiased variance. In test mode the running statistics
    normalise, and stay as they are.

    Args:
        x, w, b: as for ``affine_forward``.
        gamma, beta: scale and shift of each column.
        bn_param: a dict with the keys ``"mode"`` (``"train"`` or ``"test"``), ``"eps"``,
            ``"momentum"`` (the weight of the new batch), ``"running_mean"`` and
            ``"running_var"``. In training new arrays are stored under the last two.

    Shape:
        gamma, beta, running_mean, running_var ``(M,)``.

    Raises:
        ValueError: the mode is neither of the two.
    """
    training = _is_training(bn_param)
    a, affine_cache = affine_forward(x, w, b)
    mean, var = bn_param["running_mean"], bn_param["running_var"]
    if training:
        n, momentum = len(a), bn_param["momentum"]
        batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
        unbiased = batch_var * n / max(n - 1, 1)
        bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
        bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
        mean, var = batch_mean, batch_var
    # normal = (a - mean) / sqrt(var + eps)
    std = np.sqrt(var + bn_param["eps"])
    normal = (a - mean) / std
    out, relu_cache = relu_forward(gamma * normal + beta)
    return out, (affine_cache, (normal, std, gamma, training), relu_cache)


def affine_bn_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
    """Return ``(d_x, d_w, d_b, d_gamma, d_beta)`` of affine, batch norm, ReLU.

    After a forward in test mode the statistics are constants.
    """
    affine_cache, (normal, std, gamma, training), relu_cache = cache
    d_bn = relu_backward(d_out, relu_cache)
    d_gamma, d_beta = (d_bn * normal).sum(axis=0), d_bn.sum(axis=0)
    # d_a = gamma / std * (d - mean(d) - normal * mean(d * normal)), the means in training only
    centred = d_bn - (d_beta + normal * d_gamma) / len(d_bn) if training else d_bn
    return (*affine_backward(gamma / std * centred, affine_cache), d_gamma, d_beta)


def _is_training(param: dict[str, Any]) -> bool:
    if param["mode"] not in ("train", "test"):
        raise ValueError(f"mode must be 'train' or 'test', got {param['mode']!r}")
    return bool(param["mode"] == "train")
