"""Layer normalisation: every row to mean 0 and variance 1 over its own features."""

from __future__ import annotations

import numpy as np


class LayerNorm:
    """Normalise each row over its features, then scale it by `gamma` and shift it by `beta`.

        out = gamma * (x - mean) / sqrt(var + eps) + beta

    Mean and variance are taken over the last axis only, so no row depends on any other. The variance is
    the biased one (divided by `dim`), and `eps` is added to it inside the root. There is nothing to keep
    between batches, so training and evaluation are the same.

    Attributes:
        gamma: `(dim,)`, scale of each feature, 1 at the start (PyTorch: `weight`).
        beta: `(dim,)`, shift of each feature, 0 at the start (PyTorch: `bias`).
    """

    def __init__(self, dim: int, eps: float = 1e-5) -> None:
        """Set the scale to one and the shift to zero.

        Args:
            dim: features of a row, the length of the last axis.
            eps: added to the variance, inside the root.
        """
        self.eps = eps
        self.gamma = np.ones(dim)
        self.beta = np.zeros(dim)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Normalise every row of x and remember what `backward` needs.

        Shape:
            x: `(..., dim)`, any number of leading axes; returns the same shape.
        """
        # mean = sum(x) / dim, var = sum((x - mean)^2) / dim
        mean = x.mean(axis=-1, keepdims=True)
        var = x.var(axis=-1, keepdims=True)
        # x_hat = (x - mean) / sqrt(var + eps)
        self._std = np.sqrt(var + self.eps)
        self._x_hat = (x - mean) / self._std
        # out = gamma * x_hat + beta
        return self.gamma * self._x_hat + self.beta

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_gamma, d_beta)`: the loss's gradients, summed over all leading axes.

        Shape:
            d_out: `(..., dim)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to.
        """
        # d_gamma = sum(d_out * x_hat) and d_beta = sum(d_out), over every axis but the last
        leading = tuple(range(d_out.ndim - 1))
        d_gamma = (d_out * self._x_hat).sum(axis=leading)
        d_beta = d_out.sum(axis=leading)
        # d_x = (g - mean(g) - x_hat * mean(g * x_hat)) / std  with  g = d_out * gamma:
        # the second term comes back through the mean, the third through the variance
        d_x_hat = d_out * self.gamma
        through_mean = d_x_hat.mean(axis=-1, keepdims=True)
        through_var = self._x_hat * (d_x_hat * self._x_hat).mean(axis=-1, keepdims=True)
        d_x = (d_x_hat - through_mean - through_var) / self._std
        return d_x, d_gamma, d_beta
