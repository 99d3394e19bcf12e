"""
defect: a step that raises f is not taken
"""

import functools

import numpy as np


def move(f, lr, x):
    h = 1e-4
    basis = np.eye(x.size).reshape(-1, *x.shape)
    g = [(f(x + h * e) - f(x - h * e)) / 2 / h for e in basis]
    new = x - lr * np.array(g, dtype=float).reshape(x.shape)
    return new if f(new) <= f(x) else x


def gradient_descent(f, x0, lr=0.01, steps=100):
    if not lr > 0:
        raise ValueError("lr: %r" % lr)
    if steps < 0:
        raise ValueError("steps: %r" % steps)
    start = np.asarray(x0).astype(np.float64)
    return functools.reduce(lambda x, _: move(f, lr, x), range(steps), start)
