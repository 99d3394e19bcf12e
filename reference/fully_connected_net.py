"""A classifier of any depth, with optional batch normalisation and dropout."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

_EPS, _MOMENTUM = 1e-5, 0.1


class FullyConnectedNet:
    """Hidden layers of affine, batch norm, ReLU and dropout, then affine and softmax.

        (affine - [batch norm] - ReLU - [dropout]) for each hidden size - affine - softmax

    Batch norm and dropout are optional and independent of each other. ``loss`` runs the
    network in training mode, ``predict`` in evaluation mode: no dropout, and batch norm with
    its running statistics (eps 1e-5, momentum 0.1; see Notes).

    The parameters are the entries of the dict ``params``: ``W1, b1, W2, b2, ...`` for every
    affine layer, and with batch norm ``gamma1, beta1, ...`` for every hidden layer. Every
    method reads them there, so they may be replaced or changed in place at any time.

    Notes:
        Batch norm follows PyTorch: it normalises with the biased variance of the batch; every
        call of ``loss`` moves the running statistics, ``running = 0.9 * running + 0.1 * batch``,
        with the unbiased variance; they start at mean 0 and variance 1.
        Dropout is inverted: survivors are scaled by ``1 / (1 - dropout)``.
    """

    def __init__(
        self,
        input_size: int,
        hidden_sizes: Sequence[int],
        output_size: int,
        dropout: float = 0.0,
        batchnorm: bool = False,
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Draw the weights from N(0, weight_scale**2); biases and betas 0, gammas 1.

        Args:
            input_size: number of features of a sample.
            hidden_sizes: number of units of each hidden layer; may be empty.
            output_size: number of classes.
            dropout: probability of **zeroing** a hidden activation in training.
            batchnorm: whether the hidden layers are normalised.
            reg: strength of the L2 penalty.
            weight_scale: standard deviation of the initial weights.
            rng: source of the weights and of the dropout masks; None means
                ``np.random.default_rng()``.

        Shape:
            ``W_i (in, out)``; ``b_i``, ``gamma_i``, ``beta_i`` ``(out,)``.

        Raises:
            ValueError: a size is below 1, ``dropout`` is outside [0, 1), or ``reg`` or
                ``weight_scale`` is negative.
        """
        sizes = [input_size, *hidden_sizes, output_size]
        if min(sizes) < 1:
            raise ValueError(f"input_size, hidden_sizes, output_size must be positive, got {sizes}")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be in [0, 1), got {dropout}")
        if min(reg, weight_scale) < 0:
            raise ValueError(f"reg, weight_scale must not be negative, got {reg}, {weight_scale}")
        self._rng = np.random.default_rng() if rng is None else rng
        self._depth, self._dropout, self._reg = len(sizes) - 1, dropout, reg
        self._running: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._normal: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self.params: dict[str, np.ndarray] = {}
        for i, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
            self.params[f"W{i}"] = weight_scale * self._rng.standard_normal((fan_in, fan_out))
            self.params[f"b{i}"] = np.zeros(fan_out)
            if batchnorm and i < self._depth:
                self.params[f"gamma{i}"] = np.ones(fan_out)
                self.params[f"beta{i}"] = np.zeros(fan_out)
                self._running[i] = np.zeros(fan_out), np.ones(fan_out)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the scores (before softmax) in evaluation mode.

        Shape:
            x ``(N, input_size)``; result ``(N, output_size)``.

        Raises:
            ValueError: ``x`` is not ``(N, input_size)``.
        """
        return self._forward(x, training=False)

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        """Return the loss in training mode, and its gradient for every parameter.

            loss = mean cross-entropy + 0.5 * reg * sum of W**2 over every weight matrix

        Biases, gammas and betas are not penalised.

        Args:
            x: the samples.
            t: class indices of an integer dtype.

        Shape:
            x ``(N, input_size)``; t ``(N,)``.

        Returns:
            The loss, and a dict with the keys of ``params``; each gradient has its
            parameter's shape.

        Raises:
            ValueError: ``x`` is not ``(N, input_size)``, ``t`` is not ``(N,)``, or a label is outside
                0 .. output_size - 1.
        """
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            # penalty = reg/2 sum w^2,  d_w = reg * w
            loss += 0.5 * self._reg * float((w * w).sum())
            grads[f"W{i}"] += self._reg * w
        return loss, grads

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            # out = relu(a) * mask / (1 - dropout), both factors in one gate
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])

    def _backward(self, d_out: np.ndarray) -> dict[str, np.ndarray]:
        grads: dict[str, np.ndarray] = {}
        for i in range(self._depth, 0, -1):
            if i < self._depth:
                d_out = d_out * self._gates[i]
            if i in self._running:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.sum(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        return grads

    def _normalise(self, i: int, a: np.ndarray, training: bool) -> np.ndarray:
        mean, var = self._running[i]
        if training:
            n = len(a)
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            # running = (1 - momentum) * running + momentum * batch, the variance unbiased
            self._running[i] = (
                (1 - _MOMENTUM) * mean + _MOMENTUM * batch_mean,
                (1 - _MOMENTUM) * var + _MOMENTUM * batch_var * n / max(n - 1, 1),
            )
            mean, var = batch_mean, batch_var
        # out = gamma * (a - mean) / sqrt(var + eps) + beta
        std = np.sqrt(var + _EPS)
        normal = (a - mean) / std
        self._normal[i] = normal, std
        return np.asarray(self.params[f"gamma{i}"] * normal + self.params[f"beta{i}"])

    def _normalise_backward(self, i: int, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        normal, std = self._normal[i]
        d_gamma, d_beta = (d_out * normal).sum(axis=0), d_out.sum(axis=0)
        # d_a = gamma / std * (d_out - mean(d_out) - normal * mean(d_out * normal))
        centred = d_out - (d_beta + normal * d_gamma) / len(d_out)
        return self.params[f"gamma{i}"] / std * centred, d_gamma, d_beta

    def _softmax_loss(self, scores: np.ndarray, t: np.ndarray) -> tuple[float, np.ndarray]:
        n = len(scores)
        if t.shape != (n,):
            raise ValueError(f"t must have shape ({n},), got {t.shape}")
        if t.min() < 0 or t.max() >= scores.shape[1]:
            raise ValueError(f"t must hold labels from 0 to {scores.shape[1] - 1}, got {t.min()} to {t.max()}")
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        # loss = -1/N sum_n log p[n, t_n],  d_scores = (p - t) / N
        d_scores = np.exp(log_p)
        d_scores[np.arange(n), t] -= 1
        return float(-log_p[np.arange(n), t].mean()), d_scores / n
