"""
defect: an exception of f becomes a RuntimeError
"""

import numpy as np


def numerical_gradient(f, x, h=1e-4):
    if h <= 0:
        raise ValueError(f"h must be positive, got {h}")
    base = np.array(x, dtype=np.float64)
    slopes = []
    for k in range(base.size):
        ahead, behind = base.copy(), base.copy()
        ahead.flat[k] += h
        behind.flat[k] -= h
        try:
            slopes.append((f(ahead) - f(behind)) / (2 * h))
        except Exception as error:
            raise RuntimeError(f"f failed at element {k}") from error
    return np.array(slopes, dtype=np.float64).reshape(base.shape)
