"""The hyperbolic tangent: squeezes every number into (-1, 1)."""

from __future__ import annotations

import numpy as np


class Tanh:
    """The hyperbolic tangent, element by element: `out = (e^x - e^-x) / (e^x + e^-x)`.

    Finite and free of warnings for every finite input: far out the answer is exactly -1 or 1, to
    rounding.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Apply the hyperbolic tangent to every element.

        Args:
            x: the input; it is not changed.

        Shape:
            x: `(N, ...)`, any number of axes; the output has the same shape and dtype.
        """
        # out = (e^x - e^-x) / (e^x + e^-x)
        self._out: np.ndarray = np.tanh(x)
        return self._out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input of the last `forward`.

        Args:
            d_out: gradient of the loss with respect to the output; it is not changed.

        Shape:
            d_out: the shape of the last `x`; the answer has the same shape.
        """
        # d_x = d_out * (1 - out^2)
        return d_out * (1.0 - self._out**2)
