"""Real and imaginary parts of exp(i angle)."""

import numpy as np


def sinusoidal_positions(length, dim, base=10000.0):
    out = np.zeros((length, dim), dtype=np.float64)
    for i, column in enumerate(range(0, dim, 2)):
        turn = np.exp(1j * np.arange(length) / base ** (2 * i / dim))
        out[:, column] = turn.imag
        if column + 1 < dim:
            out[:, column + 1] = turn.real
    return out
