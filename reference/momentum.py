"""Gradient descent with momentum, in the form with the learning rate inside the velocity."""

from __future__ import annotations

import numpy as np


class Momentum:
    """Gradient descent with classical (heavy-ball) momentum, for a list of parameters.

    Each parameter p has a velocity v, which is zero before the first step. One step with the gradient g computes

        v = momentum * v - lr * g
        p = p + v

    This is the textbook form of what PyTorch calls SGD with momentum. With a constant learning rate both take the
    parameters along the same path.

    Args:
        params: the parameters, a list of arrays of any shapes. They are changed in place.
        lr: the learning rate, greater than 0.
        momentum: the share of the velocity that survives a step, in [0, 1).

    Raises:
        ValueError: lr is zero or negative, or momentum is outside [0, 1).
    """

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]

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
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            # v = momentum * v - lr * g
            velocity *= self.momentum
            velocity -= self.lr * grad
            # p = p + v
            param += velocity
