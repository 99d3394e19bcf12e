"""The rectified linear unit."""

from __future__ import annotations

import numpy as np


class ReLU:
    """The rectified linear unit, element by element: `y = max(x, 0)`."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return `max(x, 0)` and remember what `backward` needs.

        Shape:
            x: any; returns the same shape and dtype.
        """
        self._positive = x > 0
        return np.maximum(x, 0)

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss with respect to x; the derivative at exactly 0 is 0.

        Shape:
            d_out: the shape of the last `forward`'s x; returns the same shape and dtype.
        """
        # dy/dx = 1 where x > 0, else 0
        return d_out * self._positive
