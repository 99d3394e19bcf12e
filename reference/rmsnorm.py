"""Root-mean-square normalisation: layer norm without the mean and without the shift."""

from __future__ import annotations

import numpy as np


class RMSNorm:
    """Divide each row by the root of its mean square, then scale it by `weight`.

        out = x / sqrt(mean(x^2) + eps) * weight

    The mean is taken over the last axis only. Nothing is subtracted from x, and there is no bias.

    Attributes:
        weight: `(dim,)`, scale of each feature, 1 at the start.
    """

    def __init__(self, dim: int, eps: float = 1e-6) -> None:
        """Set the scale to one.

        Args:
            dim: features of a row, the length of the last axis.
            eps: added to the mean square, inside the root. PyTorch's default is the machine epsilon of the
                dtype, Llama's configurations say 1e-5 or 1e-6.
        """
        self.eps = eps
        self.weight = np.ones(dim)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Normalise every row of x and remember what `backward` needs.

        Shape:
            x: `(..., dim)`, any number of leading axes; returns the same shape.
        """
        # rms = sqrt(sum(x^2) / dim + eps)
        mean_square = (x**2).mean(axis=-1, keepdims=True)
        self._rms = np.sqrt(mean_square + self.eps)
        # x_hat = x / rms
        self._x_hat = x / self._rms
        return self._x_hat * self.weight

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return `(d_x, d_weight)`: the loss's gradients, summed over all leading axes.

        Shape:
            d_out: `(..., dim)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to.
        """
        # d_weight = sum(d_out * x_hat), over every axis but the last
        leading = tuple(range(d_out.ndim - 1))
        d_weight = (d_out * self._x_hat).sum(axis=leading)
        # d_x = (g - x_hat * mean(g * x_hat)) / rms  with  g = d_out * weight
        d_x_hat = d_out * self.weight
        through_rms = self._x_hat * (d_x_hat * self._x_hat).mean(axis=-1, keepdims=True)
        d_x = (d_x_hat - through_rms) / self._rms
        return d_x, d_weight
