"""RMSprop: gradient descent that divides each gradient by its recent size."""

from __future__ import annotations

import numpy as np


class RMSprop:
    """RMSprop without momentum and without centring, for a list of parameters.

    Each parameter p has a running mean square s, element by element, which is zero before the first step. One step with the
    gradient g computes

        s = alpha * s + (1 - alpha) * g**2
        p = p - lr * g / (sqrt(s) + eps)

    eps is outside the root, as in PyTorch. There is no bias correction.

    Args:
        params: the parameters, a list of arrays of any shapes. They are changed in place.
        lr: the learning rate, greater than 0.
        alpha: the share of the mean square that survives a step, in [0, 1).
        eps: keeps the denominator away from zero.

    Raises:
        ValueError: lr is zero or negative, or alpha is outside [0, 1).
    """

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self._mean_squares = [np.zeros_like(param) for param in params]

    def step(self, grads: list[np.ndarray]) -> None:
        """Change every parameter in place by one step.

        Args:
            grads: one gradient per parameter, in the order of `params`.

        Shape:
            grads[i] has the shape of params[i].

        Raises:
            ValueError: grads is not as long as params.
        """
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            # s = alpha * s + (1 - alpha) * g**2
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            # p = p - lr * g / (sqrt(s) + eps)
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)
