"""The mistakes bank of fully-connected-net: plausible wrong networks, each with its misconception."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from reference.fully_connected_net import _EPS, _MOMENTUM, FullyConnectedNet


class DropoutExcludesBatchNorm(FullyConnectedNet):
    """With batch norm there is no dropout: the second stands in an `else` of the first. The two options are
    independent, and nothing warns the caller that one of them is without effect. One widely copied cheat
    sheet chooses the layer type with a chain of `elif`."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout and i not in self._running:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class DropoutSwitchesBatchNormOff(FullyConnectedNet):
    """With dropout there is no batch norm: the hidden layer asks for dropout first and forgets about the
    normalisation. gamma and beta are there, get gradients of zero, and are never trained."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running and not self._dropout:
                a = self._normalise(i, a, training)
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
            if i in self._running and not self._dropout:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.sum(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        for i in self._running:
            grads.setdefault(f"gamma{i}", np.zeros_like(self.params[f"gamma{i}"]))
            grads.setdefault(f"beta{i}", np.zeros_like(self.params[f"beta{i}"]))
        return grads


class PredictUsesBatchStatistics(FullyConnectedNet):
    """`predict` normalises with the statistics of the batch it is given; the evaluation mode never reaches
    batch norm, only dropout. What is predicted for a sample then depends on its neighbours, and a batch of
    one gives the same scores for every sample. One widely copied cheat sheet switches the mode of dropout
    only."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, True)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class PredictMovesRunningStatistics(FullyConnectedNet):
    """`predict` goes through batch norm with the running statistics, but moves them as well. Looking at
    validation data then changes the network; only training may do that."""

    def _normalise(self, i: int, a: np.ndarray, training: bool) -> np.ndarray:
        mean, var = self._running[i]
        n = len(a)
        batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
        self._running[i] = (
            (1 - _MOMENTUM) * mean + _MOMENTUM * batch_mean,
            (1 - _MOMENTUM) * var + _MOMENTUM * batch_var * n / max(n - 1, 1),
        )
        if training:
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + _EPS)
        normal = (a - mean) / std
        self._normal[i] = normal, std
        return np.asarray(self.params[f"gamma{i}"] * normal + self.params[f"beta{i}"])


class RunningStatisticsNeverMove(FullyConnectedNet):
    """The running statistics stay at mean 0 and variance 1. Training does not need them, so it looks healthy;
    the scores in evaluation are then far from those in training. It happens when they are kept in a local
    variable."""

    def _normalise(self, i: int, a: np.ndarray, training: bool) -> np.ndarray:
        mean, var = self._running[i]
        if training:
            mean, var = a.mean(axis=0), a.var(axis=0)
        std = np.sqrt(var + _EPS)
        normal = (a - mean) / std
        self._normal[i] = normal, std
        return np.asarray(self.params[f"gamma{i}"] * normal + self.params[f"beta{i}"])


class MomentumAsKeepFactor(FullyConnectedNet):
    """The momentum of 0.1 is taken for the share of the running statistics that is kept, so nine tenths of
    the last batch are taken over at once. PyTorch's momentum is the weight of the **new** batch; several crib
    sheets mean the opposite."""

    def _normalise(self, i: int, a: np.ndarray, training: bool) -> np.ndarray:
        mean, var = self._running[i]
        if training:
            n = len(a)
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            self._running[i] = (
                _MOMENTUM * mean + (1 - _MOMENTUM) * batch_mean,
                _MOMENTUM * var + (1 - _MOMENTUM) * batch_var * n / max(n - 1, 1),
            )
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + _EPS)
        normal = (a - mean) / std
        self._normal[i] = normal, std
        return np.asarray(self.params[f"gamma{i}"] * normal + self.params[f"beta{i}"])


class RunningStatisticsSharedByLayers(FullyConnectedNet):
    """All the hidden layers share the running statistics of the first one of their width. Each batch norm has
    its own activations and needs statistics of its own; a single dict of batch-norm settings handed to every
    layer does this."""

    def _normalise(self, i: int, a: np.ndarray, training: bool) -> np.ndarray:
        first = next(k for k in self._running if self._running[k][0].shape == a.shape[1:])
        mean, var = self._running[first]
        if training:
            n = len(a)
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            self._running[first] = (
                (1 - _MOMENTUM) * mean + _MOMENTUM * batch_mean,
                (1 - _MOMENTUM) * var + _MOMENTUM * batch_var * n / max(n - 1, 1),
            )
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + _EPS)
        normal = (a - mean) / std
        self._normal[i] = normal, std
        return np.asarray(self.params[f"gamma{i}"] * normal + self.params[f"beta{i}"])


class StatisticsAreConstants(FullyConnectedNet):
    """The backward pass of batch norm treats the mean and the variance of the batch as constants, and
    multiplies by `gamma / std` only. Both depend on every activation of the batch, which gives two more
    terms. It is right in evaluation mode and common in crib sheets."""

    def _normalise_backward(self, i: int, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        normal, std = self._normal[i]
        d_gamma, d_beta = (d_out * normal).sum(axis=0), d_out.sum(axis=0)
        return self.params[f"gamma{i}"] / std * d_out, d_gamma, d_beta


class BatchNormAfterReLU(FullyConnectedNet):
    """Batch norm stands behind ReLU instead of before it. People do build networks like that, but it is
    another network: here the order is affine, batch norm, ReLU, dropout."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        self._masks: dict[int, np.ndarray] = {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            self._gates[i] = (a > 0).astype(float)
            a = a * self._gates[i]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._masks[i] = np.ones(a.shape)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._masks[i] = kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._masks[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])

    def _backward(self, d_out: np.ndarray) -> dict[str, np.ndarray]:
        grads: dict[str, np.ndarray] = {}
        for i in range(self._depth, 0, -1):
            if i < self._depth:
                d_out = d_out * self._masks[i]
            if i in self._running:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            if i < self._depth:
                d_out = d_out * self._gates[i]
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.sum(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        return grads


class DropoutInPredict(FullyConnectedNet):
    """Dropout is at work in `predict`, too. Two predictions for the same sample differ, and the accuracy is
    that of a damaged network. Dropout belongs to training alone."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class DropoutAsKeepProbability(FullyConnectedNet):
    """`dropout` is taken for the probability of **keeping** an activation. At 0.5 nobody notices; at 0.1 nine
    tenths are thrown away. PyTorch and this kata mean the probability of zeroing; several crib sheets mean
    the other."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) < self._dropout
                self._gates[i] *= kept / self._dropout
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class DropoutNotRescaled(FullyConnectedNet):
    """The activations that survive dropout are not scaled by `1 / (1 - dropout)`. What the next layer
    receives is then smaller in training than in evaluation, by a factor that grows with every layer."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class PredictScalesActivations(FullyConnectedNet):
    """Dropout is inverted already, and `predict` multiplies the activations by `1 - dropout` once more.
    Either training scales up or evaluation scales down; the original paper did the second, today's code does
    the first."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            if not training:
                self._gates[i] *= 1 - self._dropout
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class OneMaskForTheBatch(FullyConnectedNet):
    """One mask is drawn for each layer and used for every sample of the batch. Dropout is drawn for each
    activation by itself; a mask without a batch axis makes the same units fail for all."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape[1:]) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class SameMaskEveryTime(FullyConnectedNet):
    """The masks come from a generator that is seeded afresh at every call, so the same units fail each time.
    A fixed seed makes a check easy, and then it stays in: the network is trained with a part of its units
    missing for ever."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = np.random.default_rng(i).random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class DropoutNotInBackward(FullyConnectedNet):
    """The backward pass goes through ReLU but not through dropout. An activation that was zeroed had no
    influence on the loss and must get no gradient; those that survived were scaled, and so is their gradient."""

    def _backward(self, d_out: np.ndarray) -> dict[str, np.ndarray]:
        grads: dict[str, np.ndarray] = {}
        for i in range(self._depth, 0, -1):
            if i < self._depth:
                d_out = d_out * self._open[i]
            if i in self._running:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.sum(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        return grads

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        self._open: dict[int, np.ndarray] = {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            self._open[i] = self._gates[i].copy()
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class FreshMaskInBackward(FullyConnectedNet):
    """The backward pass draws a new dropout mask instead of using the one of the forward pass. The gradient
    is then that of another network than the one whose loss was returned."""

    def _backward(self, d_out: np.ndarray) -> dict[str, np.ndarray]:
        grads: dict[str, np.ndarray] = {}
        for i in range(self._depth, 0, -1):
            if i < self._depth:
                gate = self._gates[i]
                if self._dropout:
                    kept = self._rng.random(gate.shape) >= self._dropout
                    gate = (gate > 0) * kept / (1 - self._dropout)
                d_out = d_out * gate
            if i in self._running:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.sum(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        return grads


class DropoutOnScores(FullyConnectedNet):
    """Dropout is applied to the scores as well. A score of zero is not a missing score, it is a claim like
    any other; the last layer has no activation, no batch norm and no dropout."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        scores = self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"]
        self._last = np.ones(scores.shape)
        if training and self._dropout:
            kept = self._rng.random(scores.shape) >= self._dropout
            self._last = kept / (1 - self._dropout)
        return np.asarray(scores * self._last)

    def _backward(self, d_out: np.ndarray) -> dict[str, np.ndarray]:
        grads: dict[str, np.ndarray] = {}
        d_out = d_out * self._last
        for i in range(self._depth, 0, -1):
            if i < self._depth:
                d_out = d_out * self._gates[i]
            if i in self._running:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.sum(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        return grads


class ReluOnScores(FullyConnectedNet):
    """ReLU is applied behind the last affine layer, too. Negative scores are cut off, and where all the
    scores of a sample are negative nothing is learnt from it. It happens when one loop builds all the layers."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        scores = self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"]
        self._last = scores > 0
        return np.asarray(scores * self._last)

    def _backward(self, d_out: np.ndarray) -> dict[str, np.ndarray]:
        grads: dict[str, np.ndarray] = {}
        d_out = d_out * self._last
        for i in range(self._depth, 0, -1):
            if i < self._depth:
                d_out = d_out * self._gates[i]
            if i in self._running:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.sum(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        return grads


class ActivationsLeftOutOfBackward(FullyConnectedNet):
    """The backward pass goes from affine layer to affine layer and leaves ReLU and dropout out: units that
    were switched off get a gradient as if they had been on. Every function of the forward pass has its factor
    in the backward pass."""

    def _backward(self, d_out: np.ndarray) -> dict[str, np.ndarray]:
        grads: dict[str, np.ndarray] = {}
        for i in range(self._depth, 0, -1):
            if i in self._running:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.sum(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        return grads


class PenaltyWithoutHalf(FullyConnectedNet):
    """The L2 penalty is `reg * sum(W ** 2)` in the loss, and its gradient `reg * W`. The gradient belongs to
    the penalty with a half in front. Both conventions exist; mixing them is what a gradient check finds."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            loss += self._reg * float((w * w).sum())
            grads[f"W{i}"] += self._reg * w
        return loss, grads


class PenaltyGradientDoubled(FullyConnectedNet):
    """The gradient of the penalty is `2 * reg * W`, while the loss has the half that cancels this 2."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            loss += 0.5 * self._reg * float((w * w).sum())
            grads[f"W{i}"] += 2 * self._reg * w
        return loss, grads


class PenaltyWithoutGradient(FullyConnectedNet):
    """The penalty is added to the loss, but its gradient `reg * W` to nothing. The number on the screen
    grows, and the weights are trained as if there were no penalty."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            loss += 0.5 * self._reg * float((w * w).sum())
        return loss, grads


class PenaltyInGradientOnly(FullyConnectedNet):
    """The gradient has the term of the penalty, the loss does not. The weights decay, but the loss that is
    returned is not the one that is minimised."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            grads[f"W{i}"] += self._reg * w
        return loss, grads


class PenaltyOnBiases(FullyConnectedNet):
    """The penalty covers the biases, too. They do not make the function steeper, and shrinking them only
    moves it; the contract has weight matrices only."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            loss += 0.5 * self._reg * float((w * w).sum())
            grads[f"W{i}"] += self._reg * w
            b = self.params[f"b{i}"]
            loss += 0.5 * self._reg * float((b * b).sum())
            grads[f"b{i}"] += self._reg * b
        return loss, grads


class PenaltyLeavesLastLayerOut(FullyConnectedNet):
    """The penalty covers the hidden layers only: the loop ends one layer too early. The last weight matrix is
    a weight matrix like the others."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth):
            w = self.params[f"W{i}"]
            loss += 0.5 * self._reg * float((w * w).sum())
            grads[f"W{i}"] += self._reg * w
        return loss, grads


class PenaltyOverBatchSize(FullyConnectedNet):
    """The penalty is divided by the batch size, `reg / (2N)`, as in course notes where the whole cost has
    `1/m` in front. Here it is `0.5 * reg * sum(W * W)`, whatever the batch."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            loss += 0.5 * self._reg * float((w * w).sum()) / len(x)
            grads[f"W{i}"] += self._reg * w / len(x)
        return loss, grads


class PenaltyOfNorm(FullyConnectedNet):
    """The penalty is the norm of each matrix, `0.5 * reg * sqrt(sum(W ** 2))`, with the gradient of the
    square. L2 regularisation takes the square of the L2 norm."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            loss += 0.5 * self._reg * float(np.sqrt((w * w).sum()))
            grads[f"W{i}"] += self._reg * w
        return loss, grads


class MissingBatchSize(FullyConnectedNet):
    """The gradient of the scores is `p - t` without the `1/N` of the mean, so that all gradients of the data
    are N times too large, beside a penalty of the right size."""

    def _softmax_loss(self, scores: np.ndarray, t: np.ndarray) -> tuple[float, np.ndarray]:
        n = len(scores)
        if t.shape != (n,):
            raise ValueError(f"t must have the shape ({n},), got {t.shape}")
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        d_scores = np.exp(log_p)
        d_scores[np.arange(n), t] -= 1
        return float(-log_p[np.arange(n), t].mean()), d_scores


class BiasGradientsAveraged(FullyConnectedNet):
    """The bias gradients are averaged over the batch, although `d_scores` carries the `1/N` already. Behind
    the loss everything is summed over the batch."""

    def _backward(self, d_out: np.ndarray) -> dict[str, np.ndarray]:
        grads: dict[str, np.ndarray] = {}
        for i in range(self._depth, 0, -1):
            if i < self._depth:
                d_out = d_out * self._gates[i]
            if i in self._running:
                d_out, grads[f"gamma{i}"], grads[f"beta{i}"] = self._normalise_backward(i, d_out)
            grads[f"W{i}"] = self._inputs[i].T @ d_out
            grads[f"b{i}"] = d_out.mean(axis=0)
            d_out = d_out @ self.params[f"W{i}"].T
        return grads


class UnstableSoftmax(FullyConnectedNet):
    """The softmax of the loss exponentiates the scores as they are. From about 710 on `exp` is infinite, and
    loss and gradients become NaN. Take each row's maximum off first."""

    def _softmax_loss(self, scores: np.ndarray, t: np.ndarray) -> tuple[float, np.ndarray]:
        n = len(scores)
        if t.shape != (n,):
            raise ValueError(f"t must have the shape ({n},), got {t.shape}")
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            log_p = np.log(p)
        d_scores = np.exp(log_p)
        d_scores[np.arange(n), t] -= 1
        return float(-log_p[np.arange(n), t].mean()), d_scores / n


class PredictsProbabilities(FullyConnectedNet):
    """`predict` returns probabilities. The contract asks for the scores before softmax, on which everything
    else of the network is built; the order of the classes is the same, so accuracies do not show it."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        scores = self._forward(x, training=False)
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


class IgnoresWeightScale(FullyConnectedNet):
    """`weight_scale` is accepted and never used: the weights are drawn for ReLU, `sqrt(2 / fan_in)`. A good
    choice for deep networks, but not what the caller asked for."""

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
            self.params[f"W{i}"] = np.sqrt(2 / fan_in) * self._rng.standard_normal((fan_in, fan_out))
            self.params[f"b{i}"] = np.zeros(fan_out)
            if batchnorm and i < self._depth:
                self.params[f"gamma{i}"] = np.ones(fan_out)
                self.params[f"beta{i}"] = np.zeros(fan_out)
                self._running[i] = np.zeros(fan_out), np.ones(fan_out)


class GammaWithoutBatchNorm(FullyConnectedNet):
    """gamma and beta are made for every hidden layer, with or without batch norm. Without it they are
    parameters that nothing uses and that get no gradient: an optimiser that goes through `params` stumbles
    over them."""

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
            if i < self._depth:
                self.params[f"gamma{i}"] = np.ones(fan_out)
                self.params[f"beta{i}"] = np.zeros(fan_out)
                if batchnorm:
                    self._running[i] = np.zeros(fan_out), np.ones(fan_out)


class NormalisesScores(FullyConnectedNet):
    """Batch norm is applied to the scores, too, with a gamma and beta of their own. The loop treats the last
    layer like the others; but scores whose mean and scale are fixed cannot say how sure the network is."""

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
            if batchnorm:
                self.params[f"gamma{i}"] = np.ones(fan_out)
                self.params[f"beta{i}"] = np.zeros(fan_out)
                self._running[i] = np.zeros(fan_out), np.ones(fan_out)

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        scores = self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"]
        if last in self._running:
            scores = self._normalise(last, scores, training)
        return np.asarray(scores)


class EqualWeights(FullyConnectedNet):
    """All the weights start at the same value, `weight_scale`. The units of a layer then compute the same and
    get the same gradient for ever; the random numbers are what tells them apart."""

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
            self.params[f"W{i}"] = np.full((fan_in, fan_out), weight_scale)
            self.params[f"b{i}"] = np.zeros(fan_out)
            if batchnorm and i < self._depth:
                self.params[f"gamma{i}"] = np.ones(fan_out)
                self.params[f"beta{i}"] = np.zeros(fan_out)
                self._running[i] = np.zeros(fan_out), np.ones(fan_out)


class GammaStartsAtZero(FullyConnectedNet):
    """gamma starts at zero, like beta. Then every hidden layer puts out zeros, and no weight before it gets a
    gradient. A scale starts at one, a shift at zero."""

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
                self.params[f"gamma{i}"] = np.zeros(fan_out)
                self.params[f"beta{i}"] = np.zeros(fan_out)
                self._running[i] = np.zeros(fan_out), np.ones(fan_out)


class RunningVarianceStartsAtZero(FullyConnectedNet):
    """The running variance starts at zero, like the running mean. Before much training, `predict` divides by
    almost nothing. PyTorch starts it at one; one widely copied cheat sheet at zero."""

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
                self._running[i] = np.zeros(fan_out), np.zeros(fan_out)


class DropoutOutsideRangeAccepted(FullyConnectedNet):
    """`dropout` is not checked. With 1.0 every activation is zeroed and then divided by zero; with a negative
    number nothing is dropped and everything scaled down. The constructor should refuse both."""

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
        sizes = [input_size, *hidden_sizes, output_size]
        if min(sizes) < 1:
            raise ValueError(f"input_size, hidden_sizes, output_size must be positive, got {sizes}")
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


class TrainsInLoss(FullyConnectedNet):
    """`loss` also takes a small step down the gradient. It is asked for the loss and the gradients; the
    optimiser decides what to do with them."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            loss += 0.5 * self._reg * float((w * w).sum())
            grads[f"W{i}"] += self._reg * w
        for name, grad in grads.items():
            self.params[name] -= 1e-3 * grad
        return loss, grads


class EpsilonOutsideRoot(FullyConnectedNet):
    """eps is added to the standard deviation instead of to the variance under the root. For activations of
    ordinary size the two agree to several digits; where a unit hardly varies they do not."""

    def _normalise(self, i: int, a: np.ndarray, training: bool) -> np.ndarray:
        mean, var = self._running[i]
        if training:
            n = len(a)
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            self._running[i] = (
                (1 - _MOMENTUM) * mean + _MOMENTUM * batch_mean,
                (1 - _MOMENTUM) * var + _MOMENTUM * batch_var * n / max(n - 1, 1),
            )
            mean, var = batch_mean, batch_var
        std = np.sqrt(var) + _EPS
        normal = (a - mean) / std
        self._normal[i] = normal, std
        return np.asarray(self.params[f"gamma{i}"] * normal + self.params[f"beta{i}"])


class RunningVarianceBiased(FullyConnectedNet):
    """The running variance takes the biased variance of the batch, the one used for normalising. PyTorch
    stores the unbiased one, `n / (n - 1)` times as large: it is an estimate for other samples than these.
    Common in crib sheets."""

    def _normalise(self, i: int, a: np.ndarray, training: bool) -> np.ndarray:
        mean, var = self._running[i]
        if training:
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            self._running[i] = (
                (1 - _MOMENTUM) * mean + _MOMENTUM * batch_mean,
                (1 - _MOMENTUM) * var + _MOMENTUM * batch_var,
            )
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + _EPS)
        normal = (a - mean) / std
        self._normal[i] = normal, std
        return np.asarray(self.params[f"gamma{i}"] * normal + self.params[f"beta{i}"])


class PenaltyOnGamma(FullyConnectedNet):
    """The penalty covers every entry of `params` that is not a bias, gamma included. A gamma that is pulled
    to zero switches its unit off; the contract has weight matrices only."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        loss, d_scores = self._softmax_loss(self._forward(x, training=True), t)
        grads = self._backward(d_scores)
        for i in range(1, self._depth + 1):
            w = self.params[f"W{i}"]
            loss += 0.5 * self._reg * float((w * w).sum())
            grads[f"W{i}"] += self._reg * w
        for i in self._running:
            gamma = self.params[f"gamma{i}"]
            loss += 0.5 * self._reg * float((gamma * gamma).sum())
            grads[f"gamma{i}"] += self._reg * gamma
        return loss, grads


class DropoutAfterLastHiddenOnly(FullyConnectedNet):
    """Dropout stands once, before the last affine layer, instead of behind every hidden layer. With one
    hidden layer there is no difference, which is how it goes unnoticed."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout and i == self._depth - 1:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class DropsWholeSamples(FullyConnectedNet):
    """One random number is drawn for each sample, so a sample loses all the activations of a layer or none.
    The mask must have the shape of the activations."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random((len(a), 1)) >= self._dropout
                self._gates[i] *= kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class MaximumOfWholeBatch(FullyConnectedNet):
    """The softmax of the loss takes the maximum of the whole array off, instead of each row's own. A row of
    scores far below the largest one underflows as a whole and becomes 0 / 0."""

    def _softmax_loss(self, scores: np.ndarray, t: np.ndarray) -> tuple[float, np.ndarray]:
        n = len(scores)
        if t.shape != (n,):
            raise ValueError(f"t must have the shape ({n},), got {t.shape}")
        shifted = scores - scores.max()
        with np.errstate(invalid="ignore", divide="ignore"):
            log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        d_scores = np.exp(log_p)
        d_scores[np.arange(n), t] -= 1
        return float(-log_p[np.arange(n), t].mean()), d_scores / n


class DropoutReplacesRelu(FullyConnectedNet):
    """With dropout there is no ReLU in training: the mask is assigned where it should have been multiplied
    in. The gradient is the derivative of that network, so a gradient check finds nothing, and `predict` uses
    ReLU again."""

    def _forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have the shape (N, {features}), got {x.shape}")
        self._inputs, self._gates = {1: x}, {}
        for i in range(1, self._depth):
            a = self._inputs[i] @ self.params[f"W{i}"] + self.params[f"b{i}"]
            if i in self._running:
                a = self._normalise(i, a, training)
            self._gates[i] = (a > 0).astype(float)
            if training and self._dropout:
                kept = self._rng.random(a.shape) >= self._dropout
                self._gates[i] = kept / (1 - self._dropout)
            self._inputs[i + 1] = a * self._gates[i]
        last = self._depth
        return np.asarray(self._inputs[last] @ self.params[f"W{last}"] + self.params[f"b{last}"])


class RandomBiases(FullyConnectedNet):
    """The biases are drawn like the weights. The random weights already tell the units apart; a random shift
    on top only moves some of them away from where they are useful. Biases start at zero."""

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
            self.params[f"b{i}"] = weight_scale * self._rng.standard_normal(fan_out)
            if batchnorm and i < self._depth:
                self.params[f"gamma{i}"] = np.ones(fan_out)
                self.params[f"beta{i}"] = np.zeros(fan_out)
                self._running[i] = np.zeros(fan_out), np.ones(fan_out)
