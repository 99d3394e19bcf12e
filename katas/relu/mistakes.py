"""The mistakes bank of the kata relu."""

from __future__ import annotations

import numpy as np

from reference.relu import ReLU


class UpstreamOverwritten(ReLU):
    """backward writes its zeros into d_out and returns that same array.

    `d_out[mask] = 0; dx = d_out` is in several textbooks and crib sheets. The array belongs to the caller: a network
    with a skip
    connection hands the same gradient to two branches, and one of them now gets zeros.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_out[~self._positive] = 0
        return d_out


class MaskFromUpstream(ReLU):
    """backward masks by the sign of d_out instead of the sign of x.

    The derivative of ReLU depends on where the input was, not on the direction in which the loss pulls. (Masking
    by both is "guided backpropagation", a visualisation, and no gradient.)
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * (d_out > 0)


class MaskedByBoth(ReLU):
    """backward lets through only positive gradients at positive inputs.

    This is "guided backpropagation", made for pictures of what a network looks at. As a gradient it drops every
    negative part, so weights can only ever move one way.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * self._positive * (d_out > 0)


class OneAtZero(ReLU):
    """The derivative at exactly 0 is taken to be 1.

    `x >= 0` instead of `x > 0`. Either is a valid subgradient, but frameworks and this kata take 0; it matters because
    exact zeros are common, after padding or another ReLU.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._positive = x >= 0
        return np.maximum(x, 0)


class ClippedInPlace(ReLU):
    """forward sets the negative values to zero in x itself.

    `x[x < 0] = 0` saves an array and destroys the caller's: whoever else holds the input, a skip connection or the data set,
    now sees clipped values.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._positive = x > 0
        x[~self._positive] = 0
        return x


class UpstreamForgotten(ReLU):
    """backward returns the local derivative alone and forgets to multiply by d_out.

    The chain rule has two factors. With `d_out` all ones, as in a careless test, nothing shows.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return self._positive.astype(d_out.dtype)


class LeakySlope(ReLU):
    """Negative inputs pass a hundredth of the gradient, as in leaky ReLU, though forward cuts them off.

    backward must be the derivative of the forward that was written; forward gives 0 for every negative x, so its slope
    there is 0.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return np.where(self._positive, d_out, d_out * d_out.dtype.type(0.01))


class LeakyReLU(ReLU):
    """Negative inputs keep a hundredth of their value: this is leaky ReLU.

    A close relative, and a different function; its backward is right for its own forward.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._positive = np.where(x > 0, x.dtype.type(1), x.dtype.type(0.01))
        return x * self._positive


class AbsoluteValue(ReLU):
    """forward mirrors the negative values instead of cutting them off.

    `abs` is not `max(x, 0)`: half of the inputs must give 0.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._positive = x > 0
        return np.abs(x)


class MaskFromFirst(ReLU):
    """backward uses the mask of the first forward, not of the last.

    A cache that is only filled when it is empty serves the first batch, and then stale data.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if not hasattr(self, "_positive"):
            self._positive = x > 0
        return np.maximum(x, 0)


class SharedMask(ReLU):
    """The mask is kept on the class, so that all layers share the last one.

    A network has many ReLUs; each must remember its own input. A class attribute is one variable for all of them.
    """

    _shared: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shared["positive"] = x > 0
        return np.maximum(x, 0)

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * self._shared["positive"]


class MaskUsedUp(ReLU):
    """backward clears what forward remembered, so that it works once only.

    Checking a gradient numerically, or two losses on one output, calls backward twice. Keep the mask until the next forward.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = d_out * self._positive
        self._positive = np.zeros_like(self._positive)
        return d_x


class AlwaysDouble(ReLU):
    """float32 input comes back as float64.

    `np.where(x > 0, x, 0.0) * 1.0` with a float64 mask, or `np.zeros(x.shape)`, doubles memory and time of every layer
    above.
    A layer without parameters keeps the dtype of its input.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._positive = (x > 0).astype(np.float64)
        return x * self._positive


class DoubleGradient(ReLU):
    """The gradient of float32 input comes back as float64.

    A mask of float64 ones and zeros promotes the product. A boolean mask keeps the dtype.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._slope = np.zeros(x.shape)
        self._slope[x > 0] = 1.0
        return np.maximum(x, 0)

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * self._slope


class CappedAtSix(ReLU):
    """forward also cuts off at 6: this is ReLU6.

    Mobile networks use it for fixed-point arithmetic; plain ReLU has no upper end.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._positive = (x > 0) & (x < 6)
        return np.clip(x, 0, 6)
