"""The affine layer: a linear layer that takes samples of any shape, images for instance."""

from __future__ import annotations

import numpy as np


class Affine:
    """`out = rows(x) @ weight + bias`, where `rows(x)` holds each sample as one row-major row.

    Attributes:
        weight: `(in_features, out_features)`, drawn from N(0, 2 / in_features). PyTorch stores the transpose.
        bias: `(out_features,)`, zero at the start.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        """Draw the weight and set the bias to zero.

        Args:
            in_features: how many numbers one sample has, over all its axes.
            out_features: how many outputs each sample gets.
            rng: generator to draw the weight from; None means `np.random.default_rng()`.
        """
        rng = np.random.default_rng() if rng is None else rng
        # weight ~ N(0, 2 / in_features)
        deviation = np.sqrt(2.0 / in_features)
        self.weight: np.ndarray = rng.normal(0.0, deviation, (in_features, out_features))
        self.bias: np.ndarray = np.zeros(out_features)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return `rows(x) @ weight + bias` and remember what `backward` needs.

        Shape:
            x: `(N, d1, ..., dk)` with `d1 * ... * dk = in_features`; returns `(N, out_features)`.

        Raises:
            ValueError: a sample of x does not have `in_features` numbers.
        """
        features = int(np.prod(x.shape[1:]))
        if features != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} numbers per sample (in_features), got {features}: {x.shape}")
        self._shape = x.shape
        self._rows = x.reshape(x.shape[0], features)
        # out = rows @ weight + bias
        return self._rows @ self.weight + self.bias

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_weight, d_bias)`, summed over the batch.

        Shape:
            d_out: `(N, out_features)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to: d_x that of x as it was passed in.
        """
        # d_x = d_out @ weight^T, in the shape of x
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        # d_weight = rows^T @ d_out,  d_bias = sum over the batch of d_out
        return d_x, self._rows.T @ d_out, d_out.sum(axis=0)
