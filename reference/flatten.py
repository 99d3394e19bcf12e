"""Flatten: turns each sample into one row, between the convolutions and the linear layers."""

from __future__ import annotations

import numpy as np


class Flatten:
    """Reshapes `(N, d1, ..., dk)` to `(N, d1 * ... * dk)`, in row-major order.

    The batch axis stays, even when the batch holds one sample. Row-major (C) order means that the last axis runs fastest,
    whatever the layout of x in memory.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Flatten every axis but the first and remember what `backward` needs.

        Shape:
            x: `(N, d1, ..., dk)`; returns `(N, d1 * ... * dk)`, of the same dtype.
        """
        self._shape = x.shape
        # out[n, ((i1 * d2) + i2) * d3 + i3 ...] = x[n, i1, i2, i3, ...]
        return x.reshape(x.shape[0], int(np.prod(x.shape[1:])))

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss with respect to x.

        Shape:
            d_out: `(N, d1 * ... * dk)`; returns the shape of the last `forward`'s x.
        """
        # every number goes back to where it came from
        return d_out.reshape(self._shape)
