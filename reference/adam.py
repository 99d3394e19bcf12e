"""Adam: momentum and RMSprop together, with the bias of their first steps corrected."""

from __future__ import annotations

import numpy as np


class Adam:
    """Adam, for a list of parameters.

    Each parameter p has two running means, element by element: m of the gradient and v of its square, both zero before
    the first step. Step number t (1, 2, ...) with the gradient g computes, with beta1, beta2 = betas,

        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        p = p - lr * m_hat / (sqrt(v_hat) + eps)

    m_hat and v_hat are used once: the corrections do not enter the running means.

    Args:
        params: the parameters, a list of arrays of any shapes. They are changed in place.
        lr: the learning rate, greater than 0.
        betas: the share of each mean that survives a step, both in [0, 1).
        eps: keeps the denominator away from zero.

    Raises:
        ValueError: lr is zero or negative, or one of betas is outside [0, 1).
    """

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]

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
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            # m = beta1 * m + (1 - beta1) * g
            mean *= beta1
            mean += (1 - beta1) * grad
            # v = beta2 * v + (1 - beta2) * g**2
            square *= beta2
            square += (1 - beta2) * grad**2
            # m_hat = m / (1 - beta1**t), v_hat = v / (1 - beta2**t)
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            # p = p - lr * m_hat / (sqrt(v_hat) + eps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)
