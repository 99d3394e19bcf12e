"""
defect: the ValueError for a bad lr has no message
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
        raise ValueError
    if steps < 0:
        raise ValueError(f"steps must not be negative, got {steps}")
    x = np.array(x0, dtype=float)
    for _ in range(steps):
        x = x - lr * slope(f, x)
    return x
