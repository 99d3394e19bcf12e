"""One step, and then the rest of the way."""

import numpy as np


def gradient_descent(f, x0, lr=0.01, steps=100):
    if lr <= 0:
        raise ValueError(f"lr has to be above zero: {lr}")
    if steps < 0:
        raise ValueError(f"steps has to be at least zero: {steps}")
    x = np.array(x0, dtype=float)
    if steps == 0:
        return x
    flat = x.ravel()
    h = 6e-6
    grad = [
        (f(_with(flat, i, v + h).reshape(x.shape)) - f(_with(flat, i, v - h).reshape(x.shape))) for i, v in enumerate(flat)
    ]
    return gradient_descent(f, x - lr * np.reshape(grad, x.shape) / (2 * h), lr, steps - 1)


def _with(flat, i, value):
    changed = flat.copy()
    changed[i] = value
    return changed
