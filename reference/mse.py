"""Mean squared error: the loss of regression."""

from __future__ import annotations

import numpy as np


class MSELoss:
    """Mean of the squared differences between a prediction and its target.

        loss = 1/M * sum of (prediction - target)**2,   M = number of elements

    The mean is over **all** elements, as in PyTorch: neither half the sum, nor the mean of one sum per sample.
    """

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        """Return the mean squared error and remember what `backward` needs.

        Args:
            prediction: the output of the network.
            target: what it should have been, floats or integers.

        Shape:
            prediction and target: the same, with any number of axes; returns a float.

        Raises:
            ValueError: target does not have the shape of prediction. Nothing is broadcast.
        """
        if prediction.shape != target.shape:
            raise ValueError(f"target must have the shape of prediction, {prediction.shape}, got {target.shape}")
        self._difference = prediction - target
        # loss = mean (prediction - target)^2
        return float(np.mean(self._difference**2))

    def backward(self) -> np.ndarray:
        """Return the gradient of the last loss with respect to the prediction.

        The loss is the end of the chain, so `backward` takes no argument. The 1/M of the mean is part of this gradient.

        Shape:
            returns the shape of prediction.
        """
        # d_prediction = 2 (prediction - target) / M
        return np.asarray(2 / self._difference.size * self._difference)
