"""An endless generator of points; the result is the one after so many steps."""

from itertools import islice

import numpy as np


def _slope(f, x, index, h=1e-5):
    left, right = x.copy(), x.copy()
    left[index] -= h
    right[index] += h
    return (f(right) - f(left)) / (right[index] - left[index])


def _points(f, x, lr):
    while True:
        yield x
        slopes = np.empty(x.shape)
        for index, _ in np.ndenumerate(x):
            slopes[index] = _slope(f, x, index)
        x = np.asarray(x - lr * slopes)


def gradient_descent(f, x0, lr=0.01, steps=100):
    if not lr > 0:
        raise ValueError(f"lr={lr} is not positive")
    if steps < 0:
        raise ValueError(f"steps={steps} is negative")
    start = np.asarray(x0, dtype=np.float64).copy()
    return next(islice(_points(f, start, lr), steps, None))
