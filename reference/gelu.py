"""GELU: the activation of BERT and GPT, a ReLU with a soft gate."""

from __future__ import annotations

import math

import numpy as np

_erfc = np.vectorize(math.erfc, otypes=[float])


class GELU:
    """The Gaussian error linear unit, element by element: `out = x * Phi(x)`.

    Phi is the distribution function of the standard normal, `Phi(x) = (1 + erf(x / sqrt(2))) / 2`. The tanh
    form replaces it by

        Phi(x) ~ (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2

    Both forms are finite and free of warnings for x up to 1e4 in size.
    """

    def __init__(self, approximate: str = "none") -> None:
        """Choose the form.

        Args:
            approximate: "none" for the exact form, "tanh" for the approximation, as in PyTorch.
        """
        self.approximate = approximate

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return `x * Phi(x)` and remember what `backward` needs.

        Shape:
            x: any; returns the same shape and dtype.
        """
        self._x = x
        if self.approximate == "tanh":
            # Phi = (1 + tanh(u)) / 2,  u = sqrt(2/pi) (x + 0.044715 x^3)
            # (NumPy multiplies for a square, but takes logarithms for a cube, which is hundreds of times slower)
            u = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x**2)
            tanh = np.tanh(u)
            self._phi = 0.5 * (1 + tanh)
            # dPhi/dx = (1 - tanh(u)^2) / 2 * du/dx
            du_dx = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
            self._density = 0.5 * (1 - tanh**2) * du_dx
        else:
            # Phi = (1 + erf(x / sqrt(2))) / 2 = erfc(-x / sqrt(2)) / 2, which keeps the digits of the negative tail
            self._phi = 0.5 * _erfc(-x / math.sqrt(2)).astype(x.dtype)
            # dPhi/dx = exp(-x^2 / 2) / sqrt(2 pi)
            self._density = np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)
        return x * self._phi

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss with respect to x.

        Shape:
            d_out: the shape of the last `forward`'s x; returns the same shape and dtype.
        """
        # d(x Phi)/dx = Phi + x dPhi/dx
        return d_out * (self._phi + self._x * self._density)
