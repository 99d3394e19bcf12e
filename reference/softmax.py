"""Softmax: turns each row of scores into probabilities."""

from __future__ import annotations

import numpy as np


class Softmax:
    """Softmax along the last axis: `out[..., i] = exp(x[..., i]) / sum over j of exp(x[..., j])`.

    Finite and free of warnings for every finite input, and each row on its own: large numbers in
    one row take nothing from the exactness of another.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Normalise along the last axis.

        Args:
            x: the scores; they are not changed.

        Shape:
            x: `(..., C)`, any number of axes, one included; the output has the same shape and
                dtype, and sums to 1 along its last axis.
        """
        # out = e^(x - m) / sum(e^(x - m)): the m cancels; with m = max(x) no exponent is positive
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self._out: np.ndarray = e / e.sum(axis=-1, keepdims=True)
        return self._out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input of the last `forward`.

        It is the product of `d_out` and the Jacobian; the Jacobian itself, with its C * C numbers
        a row, is never built.

        Args:
            d_out: gradient of the loss with respect to the output; it is not changed.

        Shape:
            d_out: the shape of the last `x`; the answer has the same shape.
        """
        # d_x[i] = sum_j d_out[j] out[j] (1[i = j] - out[i]) = out[i] (d_out[i] - <d_out, out>)
        inner = (d_out * self._out).sum(axis=-1, keepdims=True)
        return self._out * (d_out - inner)
