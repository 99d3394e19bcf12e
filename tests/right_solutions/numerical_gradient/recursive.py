"""Takes the array apart axis by axis until a single number is left."""

import numpy as np


def _walk(f, point, view, h):
    if view.ndim > 1:
        return [_walk(f, point, part, h) for part in view]
    slopes = []
    for i in range(len(view)):
        middle = view[i].item()
        view[i] = middle + h
        right = f(point.copy())
        view[i] = middle - h
        left = f(point.copy())
        view[i] = middle
        slopes.append((right - left) / (2.0 * h))
    return slopes


def numerical_gradient(f, x, h=1e-4):
    if h <= 0:
        raise ValueError(f"h has to be greater than zero: {h}")
    point = np.array(x, dtype=np.float64, order="C")
    if point.ndim == 0:
        return np.asarray((f(point + h) - f(point - h)) / (2.0 * h))
    return np.asarray(_walk(f, point, point, h), dtype=np.float64)
