"""
defect: the step is added in float32, so elements above 1e4 hardly move
"""

import numpy as np


def numerical_gradient(f, x, h=1e-4):
    if h <= 0:
        raise ValueError(f"h must be positive, got {h}")
    base = np.array(x, dtype=np.float64)
    slopes = []
    for k in range(base.size):
        ahead, behind = base.copy(), base.copy()
        ahead.flat[k] = np.float32(ahead.flat[k]) + np.float32(h)
        behind.flat[k] = np.float32(behind.flat[k]) - np.float32(h)
        slopes.append((f(ahead) - f(behind)) / (2 * h))
    return np.array(slopes, dtype=np.float64).reshape(base.shape)
