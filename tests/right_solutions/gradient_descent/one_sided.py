"""A one-sided difference with a step small enough that nobody can tell."""

import numpy as np


def gradient_descent(f, x0, lr=0.01, steps=100):
    if not lr > 0:
        raise ValueError(f"lr must be greater than 0 (got {lr})")
    if steps < 0:
        raise ValueError(f"steps must not be negative (got {steps})")
    h = 1.5e-8
    x = np.array(x0, dtype=float)
    for _ in range(steps):
        here = f(x)
        gradient = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            moved = x.copy()
            moved[index] += h
            gradient[index] = (f(moved) - here) / (moved[index] - x[index])
        x -= lr * gradient
    return x
