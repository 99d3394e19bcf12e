"""The mistakes bank of tanh."""

from __future__ import annotations

import numpy as np

from reference.tanh import Tanh


class QuotientOverflows(Tanh):
    """The quotient of exponentials is typed in as it stands, and is NaN for large x.

    Above 709 `exp(x)` is infinite, and inf/inf is NaN. The definition is for paper; in NumPy use
    `np.tanh`, or a form whose exponent is never positive.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        a, b = np.exp(x), np.exp(-x)
        self._out = (a - b) / (a + b)
        return self._out


class OneSidedOverflow(Tanh):
    """`(1 - exp(-2x)) / (1 + exp(-2x))` is used for both signs, and is NaN for large negative x.

    Dividing both parts by exp(x) cures the right side only. On the left the exponent is positive,
    and the quotient is -inf/inf.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(-2.0 * x)
        self._out = (1.0 - e) / (1.0 + e)
        return self._out


class DerivativeFromCosh(Tanh):
    """The derivative is 1 / cosh(x)**2, which overflows for large x.

    On paper it is equal to 1 - tanh(x)**2. In floating point cosh(1000) is infinite; the quotient is
    0 all the same, but with a warning at every call.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = x
        return np.tanh(x)

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out / np.cosh(self._out) ** 2


class ViaNaiveSigmoid(Tanh):
    """tanh is computed as 2 * sigmoid(2x) - 1 with a sigmoid that overflows.

    The identity is right, but `1 / (1 + exp(-2x))` overflows for large negative x. The value
    survives, because 1/inf is 0; the warning is given at every call.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = 2.0 / (1.0 + np.exp(-2.0 * x)) - 1.0
        return self._out


class ForgetsTheTwo(Tanh):
    """tanh is computed as 2 * sigmoid(x) - 1.

    That is tanh(x/2). The identity is tanh(x) = 2 * sigmoid(2x) - 1: the 2 stands in front of the
    sigmoid and inside it.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = np.tanh(0.5 * x)
        return self._out


class ClipsTightly(Tanh):
    """x is clipped to [-10, 10] so that the exponentials stay finite.

    The overflow is gone, but far out the answer stays 4e-9 away from 1, and the layer answers
    equally to 10 and to 1000. There is no need for a bound: `np.tanh` has none.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = np.tanh(np.clip(x, -10.0, 10.0))
        return self._out


class LosesSign(Tanh):
    """The stable form with exp(-2|x|) is used without putting the sign back.

    tanh is odd: tanh(-x) is -tanh(x). The absolute value prevents the overflow and loses the sign,
    which has to be restored by `np.sign(x)`.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(-2.0 * np.abs(x))
        self._out = (1.0 - e) / (1.0 + e)
        return self._out


class MissingSquare(Tanh):
    """The derivative is 1 - tanh(x), without the square.

    The square is lost easily when the formula is memorised rather than derived. tanh is odd, so
    its slope has to be even: 1 - tanh(x) is 2 on the far left, where the curve is flat.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * (1.0 - self._out)


class SquareOfDifference(Tanh):
    """The derivative is (1 - out)**2: the square is taken of the wrong thing.

    `1 - out**2` is `(1 - out) * (1 + out)`. With (1 - out)**2 the slope on the far left would be 4.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * (1.0 - self._out) ** 2


class SigmoidDerivative(Tanh):
    """The derivative is out * (1 - out), which is that of the sigmoid.

    The two formulas stand next to each other in every table. At x = 0, where tanh is steepest, this
    one gives 0.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * self._out * (1.0 - self._out)


class DerivativeFromInput(Tanh):
    """The derivative is computed as 1 - x**2, from the input instead of the output.

    In `1 - t**2` the t is tanh(x). Whoever remembers the input has to apply tanh to it first.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = x
        return np.tanh(x)


class TanhTwice(Tanh):
    """`backward` applies tanh to the remembered output once more.

    `1 - np.tanh(cache)**2` is right if the cache is the input. Here it is the output, so tanh is
    applied twice; near zero the difference is small, and goes unnoticed.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * (1.0 - np.tanh(self._out) ** 2)


class ForgetsUpstream(Tanh):
    """`backward` returns the derivative of tanh and forgets d_out.

    The chain rule multiplies by what comes from above. A check with d_out = 1 does not see the
    difference.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return 1.0 - self._out**2


class UpstreamInsideTheSquare(Tanh):
    """The bracket is missing: `d_out * 1 - out**2`.

    Multiplication binds more tightly than subtraction, so d_out scales the 1 only. With d_out = 1
    the result is right.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * 1.0 - self._out**2


class PlusSign(Tanh):
    """The derivative is 1 + out**2, which is that of the ordinary tangent.

    d/dx tan(x) = 1 + tan(x)**2; the hyperbolic function has a minus sign there. A slope above 1 is
    impossible for tanh.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * (1.0 + self._out**2)


class AveragesGradient(Tanh):
    """The gradient is divided by the size of the batch.

    d_out already carries the 1/N of the loss. Dividing in every layer makes the gradients of the
    early layers vanish.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * (1.0 - self._out**2) / len(d_out)


class CachesFirstCall(Tanh):
    """The output of the first forward is remembered, and later ones are not.

    `backward` belongs to the last forward. A cache that is only filled when it is empty serves one
    batch and answers all later ones with its gradient.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out = np.tanh(x)
        if not hasattr(self, "_out") or self._out.shape != out.shape:
            self._out = out
        return out


class ChangesInput(Tanh):
    """`forward` writes the result into x.

    `np.tanh(x, out=x)` saves one array and destroys the caller's, which the layer before may need
    for its own backward pass.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = np.tanh(x, out=x)
        return self._out


class ChangesGradient(Tanh):
    """`backward` multiplies into d_out in place.

    `d_out *= ...` changes an array that belongs to the caller, who may still need it for another
    branch. Write `d_out * ...`.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_out *= 1.0 - self._out**2
        return d_out


class AnswersFloat64(Tanh):
    """float32 input is answered with float64.

    The input is converted with `dtype=float` on the way in, and nothing converts it back. A layer
    without parameters keeps the type of its input.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = np.tanh(np.asarray(x, dtype=float))
        return self._out


class HardTanh(Tanh):
    """tanh is replaced by clip(x, -1, 1).

    The "hard" tanh has the right limits and the right slope at 0, and it is another function: at
    x = 1 it says 1, tanh says 0.76.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = np.clip(x, -1.0, 1.0)
        return self._out


class PlainTangent(Tanh):
    """`np.tan` instead of `np.tanh`.

    One letter. The two agree near zero; the tangent has a pole at 1.57.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = np.tan(x)
        return self._out


class SharedState(Tanh):
    """The output is remembered on the class instead of the instance.

    With one layer it works. With two, the last forward overwrites what the first layer remembered, and
    the gradients of the first belong to the second. `self` is where a layer keeps its own numbers.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        type(self)._out = np.tanh(x)
        return self._out


class UsesUpCache(Tanh):
    """`backward` overwrites what forward has remembered.

    It writes the slope over the output, so that a second backward takes the slope of the slope. What
    forward remembers stays as it is until the next forward.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        self._out = 1.0 - self._out**2
        return d_out * self._out


class FlattensGradient(Tanh):
    """The gradient comes back as rows, whatever the shape of x.

    The layer works on images as well as on matrices, and a gradient has the shape of what it is the
    gradient of.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = d_out * (1.0 - self._out**2)
        return d_x.reshape(len(d_x), -1)


class Float64Gradient(Tanh):
    """The gradient of a float32 layer is float64.

    `np.zeros(x.shape)` is float64 whatever x was. The gradient of a float32 input is float32, as the
    input was.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = np.zeros(self._out.shape)
        d_x += d_out * (1.0 - self._out**2)
        return d_x
