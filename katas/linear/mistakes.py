"""The mistakes bank of the kata linear."""

from __future__ import annotations

import numpy as np

from reference.linear import Linear

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


class MeanBiasGradient(Linear):
    """d_bias is averaged over the batch while d_weight is summed.

    `d_out` already carries the 1/N of a mean loss, so dividing again makes the bias learn N times too slowly. Several
    crib sheets pair `x.T @ d_out` with `d_out.mean(axis=0)`; the two can never both be right.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        return d_out @ self.weight.T, self._x.T @ d_out, d_out.mean(axis=0)


class AveragedGradients(Linear):
    """The parameters' gradients are divided by the batch size.

    Averaging is the loss's business: if the loss is a mean, its gradient `d_out` is already divided by N. A layer
    that divides again cannot be combined with a loss that sums. Common in notes that derive the loss and the layer together.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n = len(d_out)
        return d_out @ self.weight.T, self._x.T @ d_out / n, d_out.sum(axis=0) / n


class AllGradientsAveraged(Linear):
    """All three gradients are divided by the batch size, d_x included.

    Besides averaging twice, this shrinks the gradient for every layer below by N again, so that a deep network's
    first layers hardly learn at all. The sum over the batch is the chain rule; the mean belongs to the loss.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n = len(d_out)
        return d_out @ self.weight.T / n, self._x.T @ d_out / n, d_out.sum(axis=0) / n


class TransposedWeightGradient(Linear):
    """d_weight is d_out.T @ x, the transpose of what the weight's shape (in, out) asks for.

    This is the gradient for PyTorch's storage, where the weight is (out, in). With a square layer nothing
    complains, and the network trains badly; with any other the shapes clash.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        return d_out @ self.weight.T, d_out.T @ self._x, d_out.sum(axis=0)


class UntransposedInputGradient(Linear):
    """d_x multiplies by the weight instead of its transpose.

    The forward pass goes from in to out features through `weight`; the way back needs the transpose. For a square layer the
    shapes fit without it, which is why the mistake survives a quick test.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        return d_out @ self.weight, self._x.T @ d_out, d_out.sum(axis=0)


class AccumulatingGradients(Linear):
    """The gradients of the parameters accumulate from one call of backward to the next.

    PyTorch adds into `.grad`, and `zero_grad` clears it; a layer that returns its gradients must return those of this
    call alone.
    The second call then gives the sum of both.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        if not hasattr(self, "_d_weight"):
            self._d_weight, self._d_bias = np.zeros_like(self.weight), np.zeros_like(self.bias)
        self._d_weight = self._d_weight + self._x.T @ d_out
        self._d_bias = self._d_bias + d_out.sum(axis=0)
        return d_out @ self.weight.T, self._d_weight, self._d_bias


class ForgottenBias(Linear):
    """forward leaves the bias out.

    With a bias of zero, as it is at the start, nothing shows; after the first optimiser step the layer ignores what
    it has learned. Test a layer with random parameters, never with fresh ones.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 2 or x.shape[1] != self.weight.shape[0]:
            raise ValueError(f"x must have shape (N, {self.weight.shape[0]}), in_features columns, got {x.shape}")
        self._x = x
        return x @ self.weight


class XavierInitialisation(Linear):
    """The weight is drawn from N(0, 1 / in_features): the 2 is missing.

    1/fan_in keeps the variance of a linear network; a ReLU sets half of its inputs to zero, and the factor 2 makes up
    for it (He initialisation). Without it the signal halves with every layer.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.normal(0.0, np.sqrt(1.0 / in_features), (in_features, out_features))
        self.bias = np.zeros(out_features)


class VarianceAsDeviation(Linear):
    """2 / in_features is used as the standard deviation, not as the variance.

    `rng.normal(0, s)` takes the standard deviation, so the square root is needed. Without it the weights are far too
    small, and every layer shrinks the signal.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.normal(0.0, 2.0 / in_features, (in_features, out_features))
        self.bias = np.zeros(out_features)


class FanOutInitialisation(Linear):
    """The weight's variance is 2 / out_features instead of 2 / in_features.

    Each output is a sum over the inputs, so it is the number of inputs (the fan-in) that must be divided out to keep
    the size of the signal. The number of outputs matters only for the backward pass.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.normal(0.0, np.sqrt(2.0 / out_features), (in_features, out_features))
        self.bias = np.zeros(out_features)


class UniformInitialisation(Linear):
    """The weight is drawn from a uniform distribution of the right variance, not from a normal one.

    PyTorch's `nn.Linear` does draw uniformly; this kata's contract says N(0, 2 / in_features).
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        bound = np.sqrt(6.0 / in_features)
        self.weight = rng.uniform(-bound, bound, (in_features, out_features))
        self.bias = np.zeros(out_features)


class RandomBias(Linear):
    """The bias is drawn at random instead of starting at zero.

    The random weight already makes the units differ, so a random bias only shifts the outputs at the start.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.normal(0.0, np.sqrt(2.0 / in_features), (in_features, out_features))
        self.bias = rng.normal(0.0, np.sqrt(2.0 / in_features), out_features)


class IgnoredGenerator(Linear):
    """The generator that was given is ignored, and the weight drawn from another one.

    An experiment that passes a seeded generator expects the same weights on every run. Drawing from the global `np.random`
    instead is what most old tutorials do.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        self.weight = np.random.default_rng().normal(0.0, np.sqrt(2.0 / in_features), (in_features, out_features))
        self.bias = np.zeros(out_features)


class FixedSeed(Linear):
    """Without a generator, the layer seeds its own with a constant, so that all layers start alike.

    Two layers of the same shape then hold the same weights. A seed belongs to the experiment, not into a layer.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        rng = np.random.default_rng(0) if rng is None else rng
        self.weight = rng.normal(0.0, np.sqrt(2.0 / in_features), (in_features, out_features))
        self.bias = np.zeros(out_features)


class FirstInputKept(Linear):
    """backward uses the input of the first forward, not of the last.

    A cache that is filled only once (`if self._x is None`) serves the first batch and then stale data.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 2 or x.shape[1] != self.weight.shape[0]:
            raise ValueError(f"x must have shape (N, {self.weight.shape[0]}), in_features columns, got {x.shape}")
        if not hasattr(self, "_x"):
            self._x = x
        return x @ self.weight + self.bias


class KeptDimension(Linear):
    """d_bias keeps the batch axis, so that its shape is (1, out_features) and not the bias's own.

    `keepdims=True` helps while broadcasting, but a gradient has the shape of what it belongs to. An in-place update
    then fails, or worse, silently makes the bias two-dimensional.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        return d_out @ self.weight.T, self._x.T @ d_out, d_out.sum(axis=0, keepdims=True)


class UncheckedInput(Linear):
    """An input with the wrong number of features is cut or accepted instead of refused.

    Taking only as many columns as the weight has rows hides a wrong data set until training fails to learn.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x[:, : self.weight.shape[0]]
        return self._x @ self.weight + self.bias


class ScaledUpstreamInPlace(Linear):
    """backward averages over the batch by dividing d_out in place, and so changes an array of its caller.

    The caller may pass the same gradient on to another branch of the network. Work on a copy (and do not divide: the
    loss did).
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        d_out /= len(d_out)
        return d_out @ self.weight.T, self._x.T @ d_out, d_out.sum(axis=0)
