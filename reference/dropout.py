"""Dropout: zeroes random activations in training, does nothing in evaluation."""

from __future__ import annotations

import numpy as np


class Dropout:
    """Inverted dropout: `out = x * keep / (1 - p)` in training, `out = x` in evaluation.

    `keep` holds an independent yes or no for every element of x, drawn anew at every training forward. An element is
    zeroed with probability p. The survivors are scaled so that the expected output equals the input. As in PyTorch, p is
    the probability of ZEROING; many crib sheets mean the probability of keeping.

    Args:
        p: probability of zeroing an element, in [0, 1).
        rng: generator to draw the masks from; None means `np.random.default_rng()`.

    Raises:
        ValueError: p is outside [0, 1).
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        if not 0.0 <= p < 1.0:
            raise ValueError(f"p must be in [0, 1), got {p}")
        self._p = float(p)
        self._rng = np.random.default_rng() if rng is None else rng
        self._keep: np.ndarray | None = None

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        """Drop elements of x in training; return x as it is in evaluation.

        Args:
            x: the input.
            training: whether to drop.

        Shape:
            x: one axis or more; returns the same shape and dtype.
        """
        if not training:
            self._keep = None
            return x
        # keep ~ Bernoulli(1 - p), one draw an element
        self._keep = self._rng.random(x.shape) >= self._p
        # out = x * keep / (1 - p)
        return x * self._keep / (1.0 - self._p)

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss with respect to the input of the last `forward`.

        After an evaluation forward the layer is the identity, and so is its gradient.

        Shape:
            d_out: the shape of the last `forward`'s x; returns the same shape.
        """
        if self._keep is None:
            return d_out
        # d_x = d_out * keep / (1 - p), with the mask that forward drew
        return d_out * self._keep / (1.0 - self._p)
