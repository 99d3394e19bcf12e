"""Frequencies as exp(-log), as the well-known PyTorch module has them; interleaved by stack and reshape."""

import numpy as np


def sinusoidal_positions(length, dim, base=10000.0):
    pairs = (dim + 1) // 2
    frequencies = np.exp(np.arange(pairs) * (-2 * np.log(base) / dim))
    angles = np.outer(np.arange(length), frequencies)
    both = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return both.reshape(length, 2 * pairs)[:, :dim]
