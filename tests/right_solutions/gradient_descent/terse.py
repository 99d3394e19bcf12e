import numpy as np


def gradient_descent(f, x0, lr=0.01, steps=100):
    if lr <= 0 or steps < 0:
        raise ValueError(f"need lr > 0 and steps >= 0, got {lr=}, {steps=}")
    x, h = np.array(x0, dtype=float), 1e-4
    for _ in range(steps):
        e = np.eye(x.size).reshape(-1, *x.shape) * h
        x = x - lr * np.reshape([(f(x + d) - f(x - d)) / (2 * h) for d in e], x.shape)
    return x
