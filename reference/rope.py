"""Rotary position embedding: the position of a token as a rotation of its features."""

from __future__ import annotations

import numpy as np


class RotaryEmbedding:
    """Turn pairs of features by angles that grow with the position.

        angle(position, i) = position * base ** (-2i / head_dim)          i = 0 .. head_dim/2 - 1
        (a, b)  ->  (a cos - b sin, a sin + b cos)

    The dot product of a rotated query and a rotated key then depends on the distance of their
    positions only. There are two conventions for the pairs, the same up to the order of the features:
    (i, i + head_dim/2), as in GPT-NeoX and Hugging Face, and with `interleaved` (2i, 2i + 1), as in
    the paper and Meta's Llama.
    """

    def __init__(self, head_dim: int, base: float = 10000.0, interleaved: bool = False) -> None:
        """Set up the frequencies.

        Args:
            head_dim: number of features D, even.
            base: sets how fast the angles slow down from pair to pair.
            interleaved: pair (2i, 2i + 1) instead of (i, i + D/2).

        Raises:
            ValueError: head_dim is odd or below 2; the message names it and its value.
        """
        if head_dim < 2 or head_dim % 2 != 0:
            raise ValueError(f"head_dim must be even and at least 2, got {head_dim}")
        half = head_dim // 2
        # frequency[i] = base^(-2i / D)
        self._frequencies = base ** (-2 * np.arange(half) / head_dim)
        self._first = slice(0, None, 2) if interleaved else slice(0, half)
        self._second = slice(1, None, 2) if interleaved else slice(half, None)

    def forward(self, x: np.ndarray, positions: np.ndarray | None = None) -> np.ndarray:
        """Rotate x, and remember the angles for `backward`.

        Args:
            x: queries or keys.
            positions: integers, in any order; None means 0..T-1.

        Shape:
            x `(..., T, D)`, positions `(T,)`; result like x, in its dtype.
        """
        positions = np.arange(x.shape[-2]) if positions is None else positions
        # angle[t, i] = position[t] * frequency[i]
        angles = positions[:, None] * self._frequencies
        self._cos, self._sin = np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype)
        return self._rotate(x, self._cos, self._sin)

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return `d_x` for the last `forward`.

        Shape:
            d_out: like x, the gradient of the loss with respect to the output; the result is like it.
        """
        # a rotation's transpose turns back: cos(-angle) = cos(angle), sin(-angle) = -sin(angle)
        return self._rotate(d_out, self._cos, -self._sin)

    def _rotate(self, x: np.ndarray, cos: np.ndarray, sin: np.ndarray) -> np.ndarray:
        a, b = x[..., self._first], x[..., self._second]
        out = np.empty_like(x)
        out[..., self._first] = a * cos - b * sin
        out[..., self._second] = a * sin + b * cos
        return out
