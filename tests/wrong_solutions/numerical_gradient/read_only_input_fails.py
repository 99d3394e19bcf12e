"""
defect: a read-only x fails, because x itself is moved
"""

import numpy as np


def numerical_gradient(f, x, h=1e-4):
    if h <= 0.0:
        raise ValueError(f"h={h}")
    point = x if isinstance(x, np.ndarray) and x.dtype == np.float64 else np.array(x, dtype=float)
    grad = np.zeros(point.shape)
    it = np.nditer(point, flags=["multi_index", "zerosize_ok"])
    while not it.finished:
        i = it.multi_index
        old = point[i].copy()
        try:
            point[i] = old + h
            up = f(point)
            point[i] = old - h
            down = f(point)
        finally:
            point[i] = old
        grad[i] = (up - down) / (2 * h)
        it.iternext()
    return grad
