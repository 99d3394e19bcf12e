"""Sinusoidal positions: the first transformer's way to say where a token stands."""

from __future__ import annotations

import numpy as np


def sinusoidal_positions(length: int, dim: int, base: float = 10000.0) -> np.ndarray:
    """Return one row of sines and cosines for each position.

        out[pos, 2i]     = sin(pos / base**(2i / dim))
        out[pos, 2i + 1] = cos(pos / base**(2i / dim))

    Sines and cosines take turns, as in the paper; an odd `dim` ends with a sine.

    Args:
        length: positions 0 to length - 1; may be 0.
        dim: features of a position, at least 1.
        base: sets the longest wavelength, nearly `2 * pi * base`.

    Shape:
        returns `(length, dim)`.
    """
    even = np.arange(0, dim, 2)
    # angle[pos, i] = pos / base^(2i / dim), where 2i is the number of the column
    angle = np.arange(length)[:, None] / base ** (even / dim)
    out = np.zeros((length, dim))
    out[:, 0::2] = np.sin(angle)
    out[:, 1::2] = np.cos(angle[:, : dim // 2])
    return out
