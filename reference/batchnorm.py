"""Batch normalisation of images: every channel gets mean 0 and variance 1 over the batch."""

from __future__ import annotations

import numpy as np


class BatchNorm2d:
    """Normalise each channel, then scale it by `gamma` and shift it by `beta`.

        out = gamma * (x - mean) / sqrt(var + eps) + beta

    In training, mean and variance are those of the batch, taken for each channel over its N * H * W values. The
    variance that normalises is the biased one (divided by N * H * W). In evaluation they are `running_mean` and
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
            num_features: number of channels C.
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

        `running_var` takes the unbiased variance of the batch (divided by N * H * W - 1), as PyTorch does. Evaluation leaves
        both running statistics as they are.

        Args:
            x: a batch of images.
            training: normalise with the statistics of this batch (True) or the running ones (False).

        Shape:
            x: `(N, C, H, W)`, in training with two or more values per channel; returns the same shape.

        Raises:
            ValueError: x does not have `num_features` channels.
        """
        if x.shape[1] != self.num_features:
            raise ValueError(f"x must have num_features={self.num_features} channels, got shape {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        mean, var = self.running_mean, self.running_var
        if training:
            # mean = sum(x) / count, var = sum((x - mean)^2) / count
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            # running = (1 - momentum) * running + momentum * batch
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        # x_hat = (x - mean) / sqrt(var + eps)
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        # out = gamma * x_hat + beta
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_gamma, d_beta)`, summed over the batch.

        After a forward in training the mean and the variance depend on x, and `d_x` takes this into account. After one in
        evaluation they are constants.

        Shape:
            d_out: `(N, C, H, W)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to.
        """
        # d_gamma = sum(d_out * x_hat), d_beta = sum(d_out), each over N, H and W
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        # in evaluation: d_x = gamma / std * d_out
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return scale * d_out, d_gamma, d_beta
        # d_x = gamma / std * (d_out - mean(d_out) - x_hat * mean(d_out * x_hat))
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta[:, None, None] + self._x_hat * d_gamma[:, None, None]) / count)
        return d_x, d_gamma, d_beta
