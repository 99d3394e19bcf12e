"""Batch normalisation of feature vectors: every feature gets mean 0 and variance 1 over the batch."""

from __future__ import annotations

import numpy as np


class BatchNorm1d:
    """Normalise each feature, then scale it by `gamma` and shift it by `beta`.

        out = gamma * (x - mean) / sqrt(var + eps) + beta

    In training, mean and variance are those of the batch, taken for each feature over the N rows. The
    variance that normalises is the biased one (divided by N). In evaluation they are `running_mean` and
    `running_var`.

    Attributes, all of shape (num_features,):
        gamma: scale, starts at 1 (PyTorch: `weight`).
        beta: shift, starts at 0 (PyTorch: `bias`).
        running_mean: starts at 0.
        running_var: starts at 1.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        """Set the parameters and the running statistics to their start values.

        Args:
            num_features: number of features D.
            eps: added to the variance, inside the root.
            momentum: share of the new batch in the running statistics, as in PyTorch. In TensorFlow and many crib sheets
                the momentum is the other share: the one that is kept.
        """
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        """Normalise x; in training also update the running statistics.

            running = (1 - momentum) * running + momentum * batch

        `running_var` takes the unbiased variance of the batch (divided by N - 1), as PyTorch does. Evaluation leaves
        both running statistics as they are.

        Args:
            x: a batch of feature vectors.
            training: normalise with the statistics of this batch (True) or the running ones (False).

        Shape:
            x: `(N, D)`, in training with two or more rows; returns the same shape.

        Raises:
            ValueError: x does not have `num_features` columns.
        """
        if x.shape[1] != self.num_features:
            raise ValueError(f"x must have num_features={self.num_features} columns, got shape {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = len(x)
        mean, var = self.running_mean, self.running_var
        if training:
            # mean = sum(x) / N, var = sum((x - mean)^2) / N
            mean, var = x.mean(axis=0), x.var(axis=0)
            # running = (1 - momentum) * running + momentum * batch
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        # x_hat = (x - mean) / sqrt(var + eps)
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean) * inv_std
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        # out = gamma * x_hat + beta
        return self.gamma * x_hat + self.beta

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_gamma, d_beta)`, summed over the batch.

        After a forward in training the mean and the variance depend on x, and `d_x` takes this into account. After one in
        evaluation they are constants.

        Shape:
            d_out: `(N, D)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to.
        """
        # d_gamma = sum(d_out * x_hat), d_beta = sum(d_out), each over the batch
        d_gamma = (d_out * self._x_hat).sum(axis=0)
        d_beta = d_out.sum(axis=0)
        # in evaluation: d_x = gamma / std * d_out
        scale = self.gamma * self._inv_std
        if not self._training:
            return scale * d_out, d_gamma, d_beta
        # d_x = gamma / std * (d_out - mean(d_out) - x_hat * mean(d_out * x_hat))
        count = len(d_out)
        d_x = scale * (d_out - (d_beta + self._x_hat * d_gamma) / count)
        return d_x, d_gamma, d_beta
