"""
defect: the old value is a view of the element (x[i:i+1]), so it changes along and nothing is restored for arrays with one axis
"""

import numpy as np


def numerical_gradient(f, x, h=1e-4):
    if h <= 0.0:
        raise ValueError(f"h={h}")
    point = x if isinstance(x, np.ndarray) and x.dtype == np.float64 and x.flags.writeable else np.array(x, dtype=float)
    grad = np.zeros(point.shape)
    it = np.nditer(point, flags=["multi_index", "zerosize_ok"])
    while not it.finished:
        i = it.multi_index
        old = point[i].copy() if point.ndim != 1 else point[i[0] : i[0] + 1][0:1]
        try:
            point[i] = np.squeeze(old + h)
            up = f(point)
            point[i] = np.squeeze(old - h)
            down = f(point)
        finally:
            point[i] = np.squeeze(old)
        grad[i] = (up - down) / (2 * h)
        it.iternext()
    return grad
