"""
defect: the step is h * max(1, |x|)
"""

import numpy as np


def numerical_gradient(f, x, h=1e-4):
    if h <= 0:
        raise ValueError(f"h must be positive, got {h}")
    base = np.array(x, dtype=np.float64)
    slopes = []
    for k in range(base.size):
        ahead, behind = base.copy(), base.copy()
        step = h * max(1.0, abs(base.flat[k]))
        ahead.flat[k] += step
        behind.flat[k] -= step
        slopes.append((f(ahead) - f(behind)) / (2 * step))
    return np.array(slopes, dtype=np.float64).reshape(base.shape)
