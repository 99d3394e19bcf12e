"""
defect: x is walked in memory order, so the gradient of a transposed array is permuted
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
        slopes.append((f(ahead) - f(behind)) / (2 * h))
    out = np.array(slopes, dtype=np.float64).reshape(base.shape)
    x = np.asarray(x)
    return out if x.flags.c_contiguous else out.ravel().reshape(x.T.shape).T
