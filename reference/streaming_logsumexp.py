"""The logarithm of a sum of exponentials over scores that come in blocks."""

from __future__ import annotations

import numpy as np


class StreamingLogSumExp:
    """`log(sum of exp(x))` over the last axis, for rows that are seen one block at a time and never stored.

    All that is kept of a row is its maximum so far, and the sum of `exp(x - maximum)`.
    """

    def __init__(self) -> None:
        """Begin with rows that hold no score."""
        self._max: np.ndarray | None = None
        self._sum: np.ndarray | None = None

    def update(self, x: np.ndarray) -> None:
        """Take in the next scores of every row.

        Shape:
            x: `(..., n)`, n of any size, 0 included. The leading axes are those of the first block.

        Raises:
            ValueError: x has no axis, or other leading axes than the first block.
        """
        if x.ndim == 0:
            raise ValueError(f"x must have at least one axis, got shape {x.shape}")
        if self._max is None or self._sum is None:
            self._max, self._sum = np.full(x.shape[:-1], -np.inf), np.zeros(x.shape[:-1])
        if x.shape[:-1] != self._max.shape:
            raise ValueError(f"x must have the leading axes {self._max.shape} of the first block, got shape {x.shape}")
        largest = np.maximum(self._max, x.max(axis=-1, initial=-np.inf))
        # while all scores of a row are -inf there is nothing to take off: -inf - (-inf) would be NaN
        shift = np.where(np.isneginf(largest), 0.0, largest)
        # sum = sum * exp(old maximum - new maximum) + sum over the block of exp(x - new maximum)
        self._sum = self._sum * np.exp(self._max - shift) + np.exp(x - shift[..., None]).sum(axis=-1)
        self._max = largest

    def value(self) -> np.ndarray:
        """Return `log(sum of exp(x))` of all scores so far; -inf for a row without any finite score.

        Shape:
            The leading axes of the blocks.

        Raises:
            ValueError: there was no block yet.
        """
        if self._max is None or self._sum is None:
            raise ValueError("value needs at least one update before it")
        # log(sum of exp(x)) = maximum + log(sum of exp(x - maximum))
        log_sum = np.log(self._sum, out=np.zeros_like(self._sum), where=self._sum > 0)
        return self._max + log_sum

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Return the softmax over all scores so far, at scores x; 0 in rows without any finite score.

        Shape:
            x: `(..., n)`, result the same.
        """
        total = self.value()
        # exp(x - log(sum of exp)) = exp(x) / sum of exp
        return np.exp(x - np.where(np.isneginf(total), 0.0, total)[..., None])
