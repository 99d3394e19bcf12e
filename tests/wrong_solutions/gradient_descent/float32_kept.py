"""
defect: a float32 x0 is walked in float32
"""

import numpy as np

H = 1e-4


def slope(f, x):
    g = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += H
        down[i] -= H
        g[i] = (f(up) - f(down)) / (2 * H)
    return g


def gradient_descent(f, x0, lr=0.01, steps=100):
    if lr <= 0:
        raise ValueError(f"lr must be positive, got {lr}")
    if steps < 0:
        raise ValueError(f"steps must not be negative, got {steps}")
    x = np.array(x0, dtype=None if getattr(x0, "dtype", None) == np.float32 else float)
    for _ in range(steps):
        x = (x - lr * slope(f, x)).astype(x.dtype)
    return x
