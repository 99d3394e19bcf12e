"""A fully connected layer."""

from __future__ import annotations

import numpy as np


class Linear:
    """A fully connected layer: `y = x @ weight + bias`.

    Attributes:
        weight: `(in_features, out_features)`, drawn from N(0, 2 / in_features). PyTorch stores the transpose.
        bias: `(out_features,)`, zero at the start.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        """Draw the weight and set the bias to zero.

        Args:
            in_features: features of the input.
            out_features: features of the output.
            rng: generator to draw the weight from; None means `np.random.default_rng()`.
        """
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.normal(0.0, np.sqrt(2.0 / in_features), (in_features, out_features))
        self.bias = np.zeros(out_features)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return `x @ weight + bias` and remember what `backward` needs.

        Shape:
            x: `(N, in_features)`; returns `(N, out_features)`.

        Raises:
            ValueError: x does not have `in_features` columns.
        """
        if x.ndim != 2 or x.shape[1] != self.weight.shape[0]:
            raise ValueError(f"x must have shape (N, {self.weight.shape[0]}), in_features columns, got {x.shape}")
        self._x = x
        return x @ self.weight + self.bias

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_weight, d_bias)`, summed over the batch.

        Shape:
            d_out: `(N, out_features)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to.
        """
        # y_nj = sum_i x_ni W_ij + b_j, so each index that a gradient does not have is summed over
        d_x = d_out @ self.weight.T
        d_weight = self._x.T @ d_out
        d_bias = d_out.sum(axis=0)
        return d_x, d_weight, d_bias
