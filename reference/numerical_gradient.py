"""The numerical gradient: what every backward pass is checked against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
    """The gradient of a scalar function at x, by central differences.

    Element i of the result is

        (f(x + h * e_i) - f(x - h * e_i)) / (2 * h)

    where e_i is 1 at position i and 0 everywhere else.

    Args:
        f: takes an array like x and returns a number. It is called exactly twice for every
            element of x, once with that element raised by h and once with it lowered by h, and
            always gets a whole array of floats of the shape of x.
        x: where to differentiate, an array of any shape, of floats or integers. It is the same
            afterwards, bit for bit, even when f raises an exception (which passes through).
        h: the step, greater than 0.

    Shape:
        x: any; the result has the shape of x and is float64, whatever the dtype of x.

    Raises:
        ValueError: h is not greater than 0.
    """
    if not h > 0:
        raise ValueError(f"h must be greater than 0, got {h}")
    gradient = np.zeros(np.shape(x))
    step = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        step[index] = h
        # (f(x + h e_i) - f(x - h e_i)) / 2h, on new arrays: x itself is never touched
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
        step[index] = 0.0
    return gradient
