"""
defect: lr is divided by 1 + 0.01 k at step k
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
    x = np.array(x0, dtype=float)
    for k in range(steps):
        x = x - lr / (1 + 0.01 * k) * slope(f, x)
    return x
