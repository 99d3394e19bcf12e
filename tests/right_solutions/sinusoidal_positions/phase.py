"""A cosine is a sine a quarter turn ahead."""

import numpy as np


def sinusoidal_positions(length, dim, base=10000.0):
    column = np.arange(dim)
    angle = np.arange(length).reshape(-1, 1) * np.power(float(base), -(column - column % 2) / dim)
    return np.sin(angle + np.pi / 2 * (column % 2))
