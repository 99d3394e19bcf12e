"""AdamW: Adam with weight decay that does not pass through the adaptive step."""

from __future__ import annotations

import numpy as np


class AdamW:
    """Adam with decoupled weight decay, for a list of parameters.

    Every parameter p has its own two running means, element by element: m of the gradient and
    v of its square, both zero before the first step. The t-th step (t = 1, 2, ...) with the
    gradient g computes, with beta1, beta2 = betas,

        p = p * (1 - lr * weight_decay)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        p = p - lr * m_hat / (sqrt(v_hat) + eps)

    The decay comes first, as in PyTorch, and never enters g, m or v: that is the difference to Adam with an
    L2 penalty.

    Args:
        params: the parameters, a list of arrays of any shapes. They are changed in place.
        lr: the learning rate.
        betas: how much of the two means survives a step.
        eps: keeps the denominator away from zero; added to the root of the corrected v.
        weight_decay: how strongly parameters are pulled towards zero, before it is multiplied by lr.
    """

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]

    def step(self, grads: list[np.ndarray]) -> None:
        """Change every parameter in place by one step; the gradients stay as they are.

        Args:
            grads: one gradient per parameter, in the order of `params`.

        Shape:
            grads[i] has the shape of params[i].
        """
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            # p = p * (1 - lr * weight_decay)
            param *= 1 - self.lr * self.weight_decay
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
