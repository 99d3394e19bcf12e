"""Gradient descent on any function of an array, given nothing but the function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_STEP = 1e-4


def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
    """The point where a fixed number of gradient steps ends.

    From x = x0, every step computes

        x = x - lr * gradient of f at x

    with a numerical gradient, since f is all that is known.

    Args:
        f: takes an array like x0 and returns a number.
        x0: where to start, an array of any shape; not changed.
        lr: the learning rate, greater than 0.
        steps: how many steps to take, at least 0. All of them are taken: there is no test of
            convergence.

    Shape:
        x0: any; the result has the shape of x0 and is a new float64 array.

    Raises:
        ValueError: lr is not greater than 0, or steps is negative.
    """
    if not lr > 0:
        raise ValueError(f"lr must be greater than 0, got {lr}")
    if steps < 0:
        raise ValueError(f"steps must not be negative, got {steps}")
    x = np.array(x0, dtype=np.float64)
    for _ in range(steps):
        # x = x - lr * gradient of f at x
        x -= lr * _numerical_gradient(f, x)
    return x


def _numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray) -> np.ndarray:
    gradient = np.zeros(x.shape)
    step = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step[index] = _STEP
        # (f(x + h e_i) - f(x - h e_i)) / 2h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * _STEP)
        step[index] = 0.0
    return gradient
