"""Gradient clipping by the global norm: one exploding batch must not throw the network away."""

from __future__ import annotations

import math

import numpy as np


def clip_grad_norm(grads: list[np.ndarray], max_norm: float, eps: float = 1e-6) -> float:
    """Scale all gradients down by one factor, so that their common norm is at most `max_norm`.

        norm   = sqrt(sum of the squares of all elements of all arrays)
        factor = min(1, max_norm / (norm + eps))

    The factor is the same for every array, so the direction of the step stays as it was.

    Args:
        grads: the gradients, a list of arrays of any shapes, which may be empty. They are changed in place; where
            norm + eps <= max_norm they stay as they are, bit for bit.
        max_norm: the largest norm allowed, greater than 0.
        eps: keeps the denominator away from zero.

    Returns:
        The norm before clipping. It does not overflow for elements as large as 1e200.

    Raises:
        ValueError: max_norm is not greater than 0.
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be greater than 0, got {max_norm}")
    # norm = a * sqrt(sum (g / a)^2) with a = max |g|, so that no square overflows
    largest = max((float(np.abs(grad).max(initial=0.0)) for grad in grads), default=0.0)
    if largest == 0.0:
        return 0.0
    norm = largest * math.sqrt(sum(float(np.sum((grad / largest) ** 2)) for grad in grads))
    # factor = min(1, max_norm / (norm + eps))
    factor = min(1.0, max_norm / (norm + eps))
    for grad in grads:
        grad *= factor
    return norm
