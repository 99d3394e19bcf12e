"""The affine layer: a linear layer that takes samples of any shape, images for instance."""

from __future__ import annotations

import numpy as np


class Affine:
    """`out = rows(x) @ weight + bias`, where `rows(x)` holds each sample as one row-major row.

    The weight is stored as `(in_features, out_features)`, the transpose of PyTorch's. It starts as
    N(0, 2 / in_features), a normal distribution given by its VARIANCE (He), and the bias as 0.

    Args:
        in_features: how many numbers one sample has, over all its axes.
        out_features: how many outputs each sample gets.
        rng: generator that the weight is drawn from; None means `np.random.default_rng()`.

    Attributes:
        weight: `(in_features, out_features)`.
        bias: `(out_features,)`.

    Raises:
        ValueError: `in_features` or `out_features` is below 1.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        # weight ~ N(0, 2 / in_features)
        deviation = np.sqrt(2.0 / in_features)
        self.weight: np.ndarray = rng.normal(0.0, deviation, (in_features, out_features))
        self.bias: np.ndarray = np.zeros(out_features)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Apply the layer to every sample.

        Args:
            x: the input; it is not changed.

        Shape:
            x: `(N, d1, ..., dk)` with `d1 * ... * dk = in_features`; the output is
                `(N, out_features)`.

        Raises:
            ValueError: a sample of `x` does not have `in_features` numbers.
        """
        features = int(np.prod(x.shape[1:]))
        if features != len(self.weight):
            raise ValueError(
                f"x must have {len(self.weight)} features a sample (in_features), got {features} in shape {x.shape}"
            )
        self._shape = x.shape
        self._rows = x.reshape(x.shape[0], features)
        # out = rows @ weight + bias
        return self._rows @ self.weight + self.bias

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the gradients with respect to the last input, the weight and the bias.

        They are summed over the batch: `d_out` already carries any 1/N of the loss.

        Args:
            d_out: gradient of the loss with respect to the output; it is not changed.

        Shape:
            d_out: `(N, out_features)`; the answers `(d_x, d_weight, d_bias)` have the shapes of
                `x` as it came in, `weight` and `bias`.
        """
        # d_x = d_out @ weight^T, in the shape of x
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        # d_weight = rows^T @ d_out,  d_bias = sum over the batch of d_out
        return d_x, self._rows.T @ d_out, d_out.sum(axis=0)
