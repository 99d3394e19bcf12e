"""The two smallest layers of a computational graph: one multiplies, the other adds."""

from __future__ import annotations

import numpy as np


class MulLayer:
    """The node `out = x * y`, element by element."""

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        """Return the product.

        Args:
            x: a number or an array; not changed.
            y: a number or an array; not changed.

        Shape:
            x, y: two numbers, or two arrays of one shape; the output is like them.
        """
        self._x, self._y = x, y
        # out = x * y
        return x * y

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        """Return `(d_x, d_y)`, the gradients with respect to the two inputs of the last `forward`.

        Args:
            d_out: gradient with respect to the output; not changed.

        Shape:
            d_out: like the output; both gradients have the same shape.
        """
        # d_x = d_out * y,  d_y = d_out * x
        return d_out * self._y, d_out * self._x


class AddLayer:
    """The node `out = x + y`, element by element."""

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        """Return the sum.

        Args:
            x: a number or an array; not changed.
            y: a number or an array; not changed.

        Shape:
            x, y: two numbers, or two arrays of one shape; the output is like them.
        """
        # out = x + y
        return x + y

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        """Return `(d_x, d_y)`, the gradients with respect to the two inputs of the last `forward`.

        Args:
            d_out: gradient with respect to the output; not changed.

        Shape:
            d_out: like the output; both gradients have the same shape.
        """
        # d_x = d_out,  d_y = d_out
        return d_out * 1, d_out * 1
