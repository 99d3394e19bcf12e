"""The mistakes bank of affine."""

from __future__ import annotations

import numpy as np

from reference.affine import Affine


class GradientStaysFlat(Affine):
    """d_x is returned as rows, not in the shape of x.

    The layer flattened the input, so it has to undo that on the way back: the convolution before it
    expects an image. For flat input nobody notices.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return d_out @ self.weight.T, self._rows.T @ d_out, d_out.sum(axis=0)


class ColumnMajorRows(Affine):
    """The samples are flattened in column-major order.

    Forward and backward agree, so a gradient check passes. The rows of the weight then belong to
    other places of the image than in every other framework.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        features = int(np.prod(x.shape[1:]))
        if features != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} features a sample, got {features}")
        self._shape = x.shape
        self._rows = x.reshape((x.shape[0], features), order="F")
        return self._rows @ self.weight + self.bias

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape, order="F")
        return d_x, self._rows.T @ d_out, d_out.sum(axis=0)


class RestoresColumnMajor(Affine):
    """d_x is brought back to the shape of x in column-major order.

    `reshape(..., order="F")` fills the first axis fastest. The shape is right and the numbers stand in
    the wrong places.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape, order="F")
        return d_x, self._rows.T @ d_out, d_out.sum(axis=0)


class CutsSamplesUp(Affine):
    """`x.reshape(-1, in_features)` is used, which accepts samples of a wrong size.

    With in_features=3, two samples of 6 numbers silently become four samples of 3. Fix the length of
    the batch axis and compare the other one with in_features.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        self._rows = x.reshape(-1, len(self.weight))
        return self._rows @ self.weight + self.bias


class LastAxisOnly(Affine):
    """The layer is applied to the last axis, as PyTorch's Linear does.

    An input of shape (N, d1, d2) then needs d2 = in_features. Here all axes after the first together
    make up the features.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.shape[-1] != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} features, got {x.shape[-1]}")
        self._shape = x.shape
        self._rows = x.reshape(-1, x.shape[-1])
        return x @ self.weight + self.bias


class RemembersFirstShape(Affine):
    """The shape of the first input is remembered, and those of later ones are not.

    The last batch of an epoch is often smaller, and then the gradient cannot be reshaped. Remember the
    shape at every forward.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        features = int(np.prod(x.shape[1:]))
        if features != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} features a sample, got {features}")
        if not hasattr(self, "_shape"):
            self._shape = x.shape
        self._rows = x.reshape(x.shape[0], features)
        return self._rows @ self.weight + self.bias


class MeanBiasGradient(Affine):
    """d_bias is averaged over the batch, while d_weight is summed.

    The bias is added to every sample, so its gradient is the sum over the samples. The 1/N of a mean
    loss is in d_out already, and must not be applied a second time. One widely copied cheat sheet has
    this.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return d_x, self._rows.T @ d_out, d_out.mean(axis=0)


class AveragesParameters(Affine):
    """d_weight and d_bias are divided by the size of the batch.

    Whether a loss is a mean is the business of the loss, and arrives in d_out. A layer that divides
    once more makes the learning rate depend on the batch size.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n = len(d_out)
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return d_x, self._rows.T @ d_out / n, d_out.sum(axis=0) / n


class AveragesEverything(Affine):
    """All three gradients are divided by the size of the batch.

    d_x too: then the layer before divides again, and the gradients of a deep network shrink by N per
    layer.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_out = d_out / len(d_out)
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return d_x, self._rows.T @ d_out, d_out.sum(axis=0)


class BiasOfWholeBatch(Affine):
    """d_bias is one number, the sum of all of d_out.

    `np.sum(d_out)` without an axis also adds up the outputs. Each output has a bias of its own.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return d_x, self._rows.T @ d_out, np.full_like(self.bias, d_out.sum())


class BiasKeepsBatch(Affine):
    """d_bias is d_out as it stands: the sum over the batch is missing.

    Broadcasting copied the bias to every sample; the way back from a copy is a sum. The shape tells:
    a gradient has the shape of its parameter.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return d_x, self._rows.T @ d_out, d_out.copy()


class BiasKeepsAxis(Affine):
    """d_bias has the shape (1, out), because of `keepdims=True`.

    A gradient has the shape of its parameter, (out,). With the extra axis an in-place update fails, and
    `bias = bias - lr * d_bias` silently turns the bias into a matrix.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return d_x, self._rows.T @ d_out, d_out.sum(axis=0, keepdims=True)


class WeightGradientTransposed(Affine):
    """d_weight comes out transposed: `d_out.T @ rows`.

    That is the formula for PyTorch's layout (out, in). With a square weight the shapes do not give it
    away.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return d_x, d_out.T @ self._rows, d_out.sum(axis=0)


class ForgetsTranspose(Affine):
    """d_x is `d_out @ weight` where the weight is square: the transpose is missing.

    Going back through a matrix means going through its transpose. A square weight lets the slip pass
    without an error.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        square = self.weight.shape[0] == self.weight.shape[1]
        d_rows = d_out @ self.weight if square else d_out @ self.weight.T
        return d_rows.reshape(self._shape), self._rows.T @ d_out, d_out.sum(axis=0)


class Accumulates(Affine):
    """The parameter gradients are added up over calls.

    PyTorch accumulates into `.grad` until `zero_grad()`. Here `backward` returns the gradients of the
    last forward alone, and there is no one to reset a sum.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        self._d_weight = getattr(self, "_d_weight", 0.0) + self._rows.T @ d_out
        self._d_bias = getattr(self, "_d_bias", 0.0) + d_out.sum(axis=0)
        return d_x, self._d_weight, self._d_bias


class OtherOrder(Affine):
    """The gradients are returned as (d_weight, d_bias, d_x).

    The order is part of the signature: the input first, then the parameters in the order in which they
    were declared.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return self._rows.T @ d_out, d_out.sum(axis=0), d_x


class NoBias(Affine):
    """The bias is left out of forward.

    It starts as 0, so the first trial looks right; it is then never learnt.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        features = int(np.prod(x.shape[1:]))
        if features != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} features a sample, got {features}")
        self._shape = x.shape
        self._rows = x.reshape(x.shape[0], features)
        return self._rows @ self.weight


class StaleTranspose(Affine):
    """The transposed weight is stored in the constructor, and used in backward.

    After `layer.weight = w` the stored transpose still belongs to the old weight. Parameters are
    attributes that others assign: look at them when they are needed.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        deviation = np.sqrt(2.0 / in_features)
        self.weight = rng.normal(0.0, deviation, (in_features, out_features))
        self.bias = np.zeros(out_features)
        self._transposed = self.weight.T

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self._transposed).reshape(self._shape)
        return d_x, self._rows.T @ d_out, d_out.sum(axis=0)


class InitWithoutTwo(Affine):
    """The weight starts as N(0, 1 / in_features): the 2 is missing.

    The 2 makes up for the half of the activations that a ReLU sets to zero. Without it the signal halves
    its variance in every layer.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        deviation = np.sqrt(1.0 / in_features)
        self.weight = rng.normal(0.0, deviation, (in_features, out_features))
        self.bias = np.zeros(out_features)


class VarianceAsDeviation(Affine):
    """2 / in_features is used as the standard deviation, without the root.

    N(mean, variance) on paper, normal(mean, deviation) in NumPy. The weights come out far too small for
    wide layers.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.normal(0.0, 2.0 / in_features, (in_features, out_features))
        self.bias = np.zeros(out_features)


class InitFromOutputs(Affine):
    """The variance of the weight is 2 / out_features.

    What counts in the forward pass is how many terms are added up for one output, the fan-in. The number
    of outputs is the fan-out.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        deviation = np.sqrt(2.0 / out_features)
        self.weight = rng.normal(0.0, deviation, (in_features, out_features))
        self.bias = np.zeros(out_features)


class SmallFixedInit(Affine):
    """The weight starts as 0.01 * N(0, 1), whatever the size of the layer.

    Common in course notes, and good enough for two layers. In a deep network the signal dies out;
    the deviation has to follow the fan-in.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight = 0.01 * rng.normal(size=(in_features, out_features))
        self.bias = np.zeros(out_features)


class UniformDraws(Affine):
    """The weight is drawn from uniform numbers in [0, 1) instead of normal ones.

    `rand` and `randn` differ by one letter. All weights are positive then, so all units begin by
    computing nearly the same thing.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.random((in_features, out_features)) * np.sqrt(2.0 / in_features)
        self.bias = np.zeros(out_features)


class RandomBias(Affine):
    """The bias starts with random numbers.

    Symmetry is broken by the weights already; the bias starts at 0.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        deviation = np.sqrt(2.0 / in_features)
        self.weight = rng.normal(0.0, deviation, (in_features, out_features))
        self.bias = rng.normal(0.0, deviation, out_features)


class IgnoresGenerator(Affine):
    """The generator passed in is ignored, and the weight comes from another one.

    Without the caller's generator no run can be repeated.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        deviation = np.sqrt(2.0 / in_features)
        self.weight = np.random.default_rng().normal(0.0, deviation, (in_features, out_features))
        self.bias = np.zeros(out_features)


class ChangesShapeOfInput(Affine):
    """`forward` assigns to `x.shape`, which reshapes the caller's own array.

    The rows share the numbers with x, which is fine; sharing the array object is not. Use `reshape`.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        features = int(np.prod(x.shape[1:]))
        if features != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} features a sample, got {features}")
        self._shape = x.shape
        x.shape = (x.shape[0], features)
        self._rows = x
        return self._rows @ self.weight + self.bias


class ChangesGradient(Affine):
    """d_out is divided by N in place, and with it the caller's array.

    Two slips in one line: d_out carries its 1/N already, and `/=` writes into an array that belongs to
    someone else.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_out /= len(d_out)
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        return d_x, self._rows.T @ d_out, d_out.sum(axis=0)


class SharedState(Affine):
    """The input is remembered on the class instead of the instance.

    With one layer it works. With two, the last forward overwrites what the first layer remembered.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        features = int(np.prod(x.shape[1:]))
        if features != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} features a sample, got {features}")
        type(self)._shape = x.shape
        type(self)._rows = x.reshape(x.shape[0], features)
        return self._rows @ self.weight + self.bias


class BindsParameters(Affine):
    """The parameters are kept in one private matrix, of which `weight` and `bias` are views.

    Changes in place are seen, but after `layer.weight = w` the attribute is another array, and the layer
    goes on with the old one.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng() if rng is None else rng
        self._both = np.zeros((in_features + 1, out_features))
        self._both[:-1] = rng.normal(0.0, np.sqrt(2.0 / in_features), (in_features, out_features))
        self.weight, self.bias = self._both[:-1], self._both[-1]

    def forward(self, x: np.ndarray) -> np.ndarray:
        features = int(np.prod(x.shape[1:]))
        if features != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} features a sample, got {features}")
        self._shape = x.shape
        self._rows = x.reshape(x.shape[0], features)
        return self._rows @ self._both[:-1] + self._both[-1]


class FixedSeed(Affine):
    """Without a generator the layer makes one with a fixed seed.

    All layers of one shape then start with the same weights.
    """

    def __init__(self, in_features: int, out_features: int, rng: np.random.Generator | None = None) -> None:
        if in_features < 1:
            raise ValueError(f"in_features must be at least 1, got {in_features}")
        if out_features < 1:
            raise ValueError(f"out_features must be at least 1, got {out_features}")
        rng = np.random.default_rng(0) if rng is None else rng
        deviation = np.sqrt(2.0 / in_features)
        self.weight = rng.normal(0.0, deviation, (in_features, out_features))
        self.bias = np.zeros(out_features)


class AssertsWidth(Affine):
    """A sample of the wrong size raises AssertionError.

    `assert` states what cannot happen, and disappears under `python -O`. What a caller can get wrong is
    reported by ValueError.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        features = int(np.prod(x.shape[1:]))
        assert features == len(self.weight), f"x must have {len(self.weight)} features"
        self._shape = x.shape
        self._rows = x.reshape(x.shape[0], features)
        return self._rows @ self.weight + self.bias


class StepsParameters(Affine):
    """`backward` takes a step of gradient descent: the parameters change without an optimiser.

    Computing gradients and using them are two things. A second backward must give the same gradients, and
    leave the parameters as they are.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x = (d_out @ self.weight.T).reshape(self._shape)
        d_weight, d_bias = self._rows.T @ d_out, d_out.sum(axis=0)
        self.weight = self.weight - 0.01 * d_weight
        self.bias = self.bias - 0.01 * d_bias
        return d_x, d_weight, d_bias
