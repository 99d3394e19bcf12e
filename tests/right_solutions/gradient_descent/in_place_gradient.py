"""The textbook pair: a numerical gradient that moves x and puts it back, and a loop around it."""

import numpy as np


def numerical_gradient(f, x, h=1e-4):
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        idx = it.multi_index
        value = float(x[idx])
        x[idx] = value + h
        upper = f(x)
        x[idx] = value - h
        lower = f(x)
        x[idx] = value
        grad[idx] = (upper - lower) / (2 * h)
    return grad


def gradient_descent(f, x0, lr=0.01, steps=100):
    if lr <= 0:
        raise ValueError(f"lr must be positive, got {lr}")
    if steps < 0:
        raise ValueError(f"steps must be zero or more, got {steps}")
    x = x0.astype(float).copy()
    for _ in range(steps):
        x -= lr * numerical_gradient(f, x)
    return x
