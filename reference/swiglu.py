"""SwiGLU: the feed-forward layer of Llama, and SiLU, the activation inside it."""

from __future__ import annotations

import numpy as np


class SiLU:
    """The sigmoid linear unit (swish), element by element: `out = x * sigmoid(x)`.

    Finite and free of warnings for x up to 1e4 in size.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return `x * sigmoid(x)` and remember what `backward` needs.

        Shape:
            x: any; returns the same shape and dtype.
        """
        # sigmoid = 1 / (1 + e^-x) for x >= 0 and e^x / (1 + e^x) below, so that no exponent is positive
        e = np.exp(-np.abs(x))
        self._sigmoid = np.where(x >= 0, 1.0, e) / (1.0 + e)
        self._x = x
        return x * self._sigmoid

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss with respect to x.

        Shape:
            d_out: the shape of the last `forward`'s x; returns the same shape and dtype.
        """
        # (x s)' = s + x s',  s' = s (1 - s)
        s = self._sigmoid
        return d_out * (s + self._x * s * (1.0 - s))


class SwiGLU:
    """A gated feed-forward layer without biases: `out = (silu(x @ w1) * (x @ w3)) @ w2`.

    `x @ w1` is the gate and `x @ w3` the value. Names are those of Llama and CS336; PyTorch stores transposes.

    Attributes:
        w1: `(dim, hidden_dim)`, drawn from N(0, 1 / dim), the variance.
        w2: `(hidden_dim, dim)`, drawn from N(0, 1 / hidden_dim).
        w3: `(dim, hidden_dim)`, drawn from N(0, 1 / dim).
    """

    def __init__(self, dim: int, hidden_dim: int, rng: np.random.Generator | None = None) -> None:
        """Draw the weights.

        Args:
            dim: features of the input and of the output.
            hidden_dim: features in between.
            rng: where the weights are drawn from; None means `np.random.default_rng()`.
        """
        rng = np.random.default_rng() if rng is None else rng
        self.w1 = rng.normal(0.0, np.sqrt(1.0 / dim), (dim, hidden_dim))
        self.w2 = rng.normal(0.0, np.sqrt(1.0 / hidden_dim), (hidden_dim, dim))
        self.w3 = rng.normal(0.0, np.sqrt(1.0 / dim), (dim, hidden_dim))
        self._silu = SiLU()

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return `(silu(x @ w1) * (x @ w3)) @ w2` and remember what `backward` needs.

        Shape:
            x: `(..., dim)`, any number of leading axes; returns the same shape.
        """
        self._x = x
        self._gate = self._silu.forward(x @ self.w1)
        self._value = x @ self.w3
        return (self._gate * self._value) @ self.w2

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_w1, d_w2, d_w3)`: the loss's gradients, summed over all leading axes.

        Shape:
            d_out: `(..., dim)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to.
        """
        # out = hidden @ w2,  hidden = gate * value
        d_hidden = d_out @ self.w2.T
        d_w2 = _product_over_rows(self._gate * self._value, d_out)
        # gate = silu(x @ w1),  value = x @ w3: each factor's gradient is multiplied by the other
        d_gate = self._silu.backward(d_hidden * self._value)
        d_value = d_hidden * self._gate
        d_w1 = _product_over_rows(self._x, d_gate)
        d_w3 = _product_over_rows(self._x, d_value)
        # x feeds both, so its gradient is the sum
        d_x = d_gate @ self.w1.T + d_value @ self.w3.T
        return d_x, d_w1, d_w2, d_w3


def _product_over_rows(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`sum over rows of outer(a_row, b_row)`, where all axes but the last are rows: `(A, B)`."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])
