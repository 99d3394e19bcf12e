"""A context manager moves one element of the caller's array and puts it back."""

from contextlib import contextmanager

import numpy as np


@contextmanager
def _moved(array, index, by):
    before = array[index]
    array[index] = before + by
    try:
        yield array
    finally:
        array[index] = before


def numerical_gradient(f, x, h=1e-4):
    if h <= 0:
        raise ValueError(f"h: {h}; it has to be positive")
    if x.dtype != np.float64 or not x.flags.writeable:
        x = x.astype(np.float64)
    grad = np.full(x.shape, np.nan)
    for index in np.ndindex(*x.shape):
        with _moved(x, index, h) as raised:
            high = f(raised)
        with _moved(x, index, -h) as lowered:
            low = f(lowered)
        grad[index] = (high - low) / h / 2
    return grad
