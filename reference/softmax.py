"""Softmax: turns each row of scores into probabilities."""

from __future__ import annotations

import numpy as np


class Softmax:
    """Softmax along the last axis: `out[..., i] = exp(x[..., i]) / sum over j of exp(x[..., j])`.

    Finite and free of warnings for every finite input. Rows do not influence each other: large scores in one row cost
    another no precision.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Normalise along the last axis and remember what `backward` needs.

        Shape:
            x: `(..., C)`, one axis or more; returns the same shape and dtype, with sums of 1 along the last axis.
        """
        # out = e^(x - m) / sum(e^(x - m)): m cancels out, and with m = max(x) no exponent is positive
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self._out: np.ndarray = e / e.sum(axis=-1, keepdims=True)
        return self._out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss with respect to x.

        It is the product of `d_out` and the Jacobian. The Jacobian itself, with its C * C numbers for each row, is never
        built.

        Shape:
            d_out: the shape of the last `forward`'s x; returns the same shape.
        """
        # d_x[i] = sum_j d_out[j] out[j] (1[i = j] - out[i]) = out[i] (d_out[i] - <d_out, out>)
        inner = (d_out * self._out).sum(axis=-1, keepdims=True)
        return self._out * (d_out - inner)
