"""The plain sum of squares first; if it overflows, the same again on scaled numbers."""

import numpy as np


def _norm(grads, unit=1.0):
    with np.errstate(over="ignore"):
        return unit * float(np.sqrt(sum(np.vdot(g / unit, g / unit) for g in grads)))


def clip_grad_norm(grads, max_norm, eps=1e-6):
    if max_norm <= 0:
        raise ValueError(f"max_norm: {max_norm}")
    norm = _norm(grads)
    if norm == np.inf:
        norm = _norm(grads, max(np.abs(g).max(initial=0) for g in grads))
    if norm + eps > max_norm:
        for g in grads:
            g[...] = g * (max_norm / (norm + eps))
    return norm
