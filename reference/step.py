"""The step function: the activation of the perceptron."""

from __future__ import annotations

import numpy as np


def step(x: np.ndarray) -> np.ndarray:
    """Return 1 where `x > 0` and 0 elsewhere, as integers.

    At exactly 0 the result is 0. Sources differ there. This one follows the perceptron's rule: it
    fires above the threshold.

    Args:
        x: floats or integers; not changed.

    Shape:
        x: any; the result has the same shape and an integer dtype.
    """
    # out = 1[x > 0]
    return (x > 0).astype(np.int64)
