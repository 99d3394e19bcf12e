"""Binary cross-entropy on logits: sigmoid and negative log-likelihood in one step."""

from __future__ import annotations

import numpy as np


class BCEWithLogitsLoss:
    """Mean binary cross-entropy between logits and targets in [0, 1].

    With `softplus(x) = log(1 + exp(x))`, M elements, and `w = pos_weight` (1 if there is none):

        loss = 1/M * sum of  w * t * softplus(-x) + (1 - t) * softplus(x)

    The mean is over **all** elements, as in PyTorch. The result is exact for logits of any size.
    """

    def __init__(self, pos_weight: float | np.ndarray | None = None) -> None:
        """Remember the weight of the positive term.

        Args:
            pos_weight: a number or an array that broadcasts to the logits; None means 1.
        """
        self.pos_weight = 1.0 if pos_weight is None else pos_weight

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss over all elements, and remember what `backward` needs.

        Args:
            logits: unnormalised scores; sigmoid is part of the loss.
            targets: anything from 0 to 1, not only the two ends.

        Shape:
            both of the same shape, any number of axes; returns a float.
        """
        self._x, self._t = logits, targets
        # log sigmoid(x) = -softplus(-x),  log(1 - sigmoid(x)) = -softplus(x)
        positive = self.pos_weight * targets * _softplus(-logits)
        negative = (1.0 - targets) * _softplus(logits)
        return float(np.mean(positive + negative))

    def backward(self) -> np.ndarray:
        """Return the gradient of the last loss with respect to the logits.

        Shape:
            that of the logits.
        """
        # softplus'(x) = sigmoid(x) = exp(-softplus(-x))
        d_positive = -self.pos_weight * self._t * np.exp(-_softplus(self._x))
        d_negative = (1.0 - self._t) * np.exp(-_softplus(-self._x))
        return np.asarray((d_positive + d_negative) / self._x.size)


def _softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)) without overflow: max(x, 0) + log(1 + exp(-|x|))."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))
