"""
defect: the values of f are converted to float32
"""

import numpy as np


def central(f, x, direction, h):
    return float(np.float32(f(x + h * direction)) - np.float32(f(x - h * direction))) / (h + h)


def numerical_gradient(f, x, h=1e-4):
    if not h > 0:
        raise ValueError("h = %r" % h)
    x = np.asarray(x).astype(float)
    units = np.eye(x.size).reshape((x.size,) + x.shape)
    values = [central(f, x, e, h) for e in units]
    return np.reshape(np.asarray(values, dtype=float), x.shape)
