"""The mistakes bank of sigmoid."""

from __future__ import annotations

import numpy as np

from reference.sigmoid import Sigmoid


class Overflows(Sigmoid):
    """`1 / (1 + exp(-x))` is typed in as it stands, and overflows for large negative x.

    The value still comes out as 0, because 1/inf is 0, but NumPy warns of the overflow at every
    call, and a run in which warnings are errors stops. Nearly every crib sheet has this line. For
    negative x use the equal form `exp(x) / (1 + exp(x))`.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = 1.0 / (1.0 + np.exp(-x))
        return self._out


class OverflowsOnTheRight(Sigmoid):
    """`exp(x) / (1 + exp(x))` is used everywhere, and is NaN for large positive x.

    The other form of the sigmoid is safe for negative x only. Above 709 both exponentials are
    infinite, and inf/inf is NaN: worse than the overflow it was meant to cure.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x)
        self._out = e / (1.0 + e)
        return self._out


class WhereComputesBoth(Sigmoid):
    """The two stable forms are joined by `np.where`, which computes both for every element.

    `np.where` chooses between two finished arrays: the form that overflows has been computed by
    then, and its warning given. Choose the argument of `exp` instead, or use a mask.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = np.where(x >= 0, 1.0 / (1.0 + np.exp(-x)), np.exp(x) / (1.0 + np.exp(x)))
        return self._out


class SilencesWarnings(Sigmoid):
    """The wrong form is kept, and the warning about it silenced; NaN comes out on one side.

    `np.errstate(over="ignore")` hides the message and leaves the result. `exp(x)/(1+exp(x))` is
    NaN for large x with or without the warning.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            e = np.exp(x)
            self._out = e / (1.0 + e)
        return self._out


class ClipsTightly(Sigmoid):
    """x is clipped to [-20, 20] before the exponential.

    Clipping avoids the overflow, but so tight a bound changes the function: far out the answer
    stays 2e-9 away from 0 and 1, and the logarithm of it is wrong without limit.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = 1.0 / (1.0 + np.exp(-np.clip(x, -20.0, 20.0)))
        return self._out


class ClipsOutput(Sigmoid):
    """The output is kept away from 0 and 1 by a small epsilon.

    That belongs, if anywhere, into a loss that takes its logarithm. As a layer the sigmoid then is
    no longer the sigmoid, and its formula for the gradient does not fit it.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(-np.abs(x))
        self._out = np.clip(np.where(x >= 0, 1.0, e) / (1.0 + e), 1e-7, 1.0 - 1e-7)
        return self._out


class SymmetricByAccident(Sigmoid):
    """`1 / (1 + exp(-|x|))` is used for both signs, so that negative inputs give more than 1/2.

    The absolute value prevents the overflow, but for negative x the numerator has to become
    `exp(-|x|)`: sigmoid(-x) is 1 - sigmoid(x), not sigmoid(x).
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = 1.0 / (1.0 + np.exp(-np.abs(x)))
        return self._out


class WrongSign(Sigmoid):
    """`1 / (1 + exp(x))`: the minus sign in the exponent is missing.

    This is the sigmoid of -x. It falls instead of rising, and since the gradient formula uses the
    output alone, `backward` has the wrong sign as well.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(-np.abs(x))
        self._out = np.where(x >= 0, e, 1.0) / (1.0 + e)
        return self._out


class DerivativeFromInput(Sigmoid):
    """The derivative is computed as x * (1 - x), from the input instead of the output.

    `s * (1 - s)` holds for s = sigmoid(x). Caching x and putting it into the formula of s is
    common where a helper `sigmoid_grad(x)` is sometimes called with the activation and sometimes
    with the pre-activation.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(-np.abs(x))
        self._out = x
        return np.where(x >= 0, 1.0, e) / (1.0 + e)


class SigmoidTwice(Sigmoid):
    """`backward` applies the sigmoid to the remembered output once more.

    The cache holds the activation, and the gradient code treats it as the pre-activation. The
    answer is then always near 1/4, which looks plausible and is wrong.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        s = 1.0 / (1.0 + np.exp(-self._out))
        return d_out * s * (1.0 - s)


class ForgetsUpstream(Sigmoid):
    """`backward` returns the derivative of the sigmoid and forgets d_out.

    The chain rule multiplies by what comes from above. A check with d_out = 1 does not see the
    difference.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return self._out * (1.0 - self._out)


class AddsUpstream(Sigmoid):
    """d_out is added to the derivative instead of multiplied by it.

    Sums appear in the chain rule only where several paths meet. Along one path the factors
    multiply.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out + self._out * (1.0 - self._out)


class TanhDerivative(Sigmoid):
    """The derivative is 1 - out**2, which is that of tanh.

    The two formulas stand next to each other in every table. For the sigmoid it is
    `out * (1 - out)`.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * (1.0 - self._out**2)


class HalfTheProduct(Sigmoid):
    """The derivative is taken as out: the factor (1 - out) is missing.

    `out` alone is the derivative of the exponential. The sigmoid flattens on both sides, and its
    slope has to vanish at 1 as well as at 0.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * self._out


class OtherHalf(Sigmoid):
    """The derivative is taken as 1 - out: the factor out is missing.

    It vanishes on the right, where the output is 1, but stays 1 on the left, where the sigmoid is
    just as flat.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * (1.0 - self._out)


class NegativeDerivative(Sigmoid):
    """The derivative has the sign of `out * (out - 1)`.

    Differentiating 1/(1+exp(-x)) gives two minus signs, one from the quotient and one from the
    exponent. One of them was lost.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * self._out * (self._out - 1.0)


class AveragesGradient(Sigmoid):
    """The gradient is divided by the size of the batch.

    d_out already carries the 1/N of the loss. Dividing in every layer makes the gradients of the
    early layers vanish.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * self._out * (1.0 - self._out) / len(d_out)


class CachesFirstCall(Sigmoid):
    """The output of the first forward is remembered, and later ones are not.

    `backward` belongs to the last forward. A cache that is only filled when it is empty serves
    one batch and answers all later ones with its gradient.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(-np.abs(x))
        out = np.where(x >= 0, 1.0, e) / (1.0 + e)
        if not hasattr(self, "_out") or self._out.shape != out.shape:
            self._out = out
        return out


class ChangesInput(Sigmoid):
    """`forward` writes its steps into x in place.

    `np.exp(x, out=x)` and the like save memory and destroy the caller's array, which the layer
    before may need for its own backward pass.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        positive = x >= 0
        np.abs(x, out=x)
        np.negative(x, out=x)
        np.exp(x, out=x)
        self._out = np.where(positive, 1.0, x) / (1.0 + x)
        return self._out


class ChangesGradient(Sigmoid):
    """`backward` multiplies into d_out in place.

    `d_out *= ...` changes an array that belongs to the caller, who may still need it for another
    branch. Write `d_out * ...`.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_out *= self._out * (1.0 - self._out)
        return d_out


class AnswersFloat64(Sigmoid):
    """The output array is made by `np.zeros(x.shape)`, so float32 input gives float64.

    `np.zeros` and `np.empty` make float64 unless told otherwise. Use `np.empty_like(x)`: a layer
    without parameters keeps the type of its input.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out = np.zeros(x.shape)
        positive = x >= 0
        out[positive] = 1.0 / (1.0 + np.exp(-x[positive]))
        e = np.exp(x[~positive])
        out[~positive] = e / (1.0 + e)
        self._out = out
        return self._out


class HardSigmoid(Sigmoid):
    """The sigmoid is replaced by the straight line clip(0.25 * x + 0.5, 0, 1).

    The "hard" sigmoid of mobile networks touches the real one at 0 only. It never overflows, and
    it is another function.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = np.clip(0.25 * x + 0.5, 0.0, 1.0)
        return self._out


class SharedState(Sigmoid):
    """The output is remembered on the class instead of the instance.

    With one layer it works. With two, the last forward overwrites what the first layer remembered, and
    the gradients of the first belong to the second. `self` is where a layer keeps its own numbers.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(-np.abs(x))
        type(self)._out = np.where(x >= 0, 1.0, e) / (1.0 + e)
        return self._out


class UsesUpCache(Sigmoid):
    """`backward` overwrites what forward has remembered.

    It writes the slope over the output, so that a second backward takes the slope of the slope.
    What forward remembers stays as it is until the next forward.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        self._out = self._out * (1.0 - self._out)
        return d_out * self._out


class FlattensGradient(Sigmoid):
    """The gradient comes back as rows, whatever the shape of x.

    The layer works on images as well as on matrices, and a gradient has the shape of what it is the
    gradient of.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = d_out * self._out * (1.0 - self._out)
        return d_x.reshape(len(d_x), -1)


class Float64Gradient(Sigmoid):
    """The gradient of a float32 layer is float64.

    `np.zeros(x.shape)` is float64 whatever x was. The gradient of a float32 input is float32, as
    the input was.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = np.zeros(self._out.shape)
        d_x += d_out * self._out * (1.0 - self._out)
        return d_x
