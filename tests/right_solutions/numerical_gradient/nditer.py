"""Moves x in place, element by element, and repairs it whatever happens."""

import numpy as np


def numerical_gradient(f, x, h=1e-4):
    if h <= 0:
        raise ValueError(f"h must be positive, got {h}")
    x = np.require(x, float, "W")  # x itself, unless it holds other numbers or cannot be written to
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        idx = it.multi_index
        saved = x[idx].copy()
        try:
            x[idx] = saved + h
            plus = f(x)
            x[idx] = saved - h
            minus = f(x)
        finally:
            x[idx] = saved
        grad[idx] = (plus - minus) / (2 * h)
        it.iternext()
    return grad
