"""The mistakes bank of softmax."""

from __future__ import annotations

import numpy as np

from reference.softmax import Softmax


class NoShift(Softmax):
    """The maximum is not subtracted, so that exp overflows.

    From a score of 710 on, `exp` is infinite, and inf/inf is NaN. Subtracting the maximum of the row
    changes nothing on paper and everything in the computer.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x)
        self._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class GlobalMaximum(Softmax):
    """The maximum of the whole array is subtracted instead of that of each row.

    `np.max(x)` prevents the overflow, but a row whose scores are far below the maximum of another
    row underflows completely, and its softmax is 0/0. Common in course notes.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - np.max(x))
        self._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class MinimumSubtracted(Softmax):
    """The minimum of the row is subtracted instead of the maximum.

    Any shift cancels on paper. Only with the maximum is every exponent at most 0; with the minimum
    every exponent is at least 0, and rows with a wide range overflow.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.min(axis=-1, keepdims=True))
        self._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class MeanSubtracted(Softmax):
    """The mean of the row is subtracted instead of the maximum.

    Centring looks like stabilising, and is none: a score may be far above the mean, and `exp`
    overflows as before.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.mean(axis=-1, keepdims=True))
        self._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class ClippedOutput(Softmax):
    """The probabilities are kept away from 0 by a small epsilon.

    It is meant for a logarithm that is taken later, and belongs there, if anywhere: a score that is far
    behind has the probability 0, and the row no longer sums to 1.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self._out = np.clip(e / e.sum(axis=-1, keepdims=True), 1e-12, 1.0)
        return self._out


class EpsilonInDenominator(Softmax):
    """A small epsilon is added to the sum.

    After the shift the sum is at least 1, so there is nothing to protect. The epsilon only keeps the
    rows from summing to 1.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self._out = e / (e.sum(axis=-1, keepdims=True) + 1e-8)
        return self._out


class ClippedScores(Softmax):
    """The scores are clipped instead of shifted.

    Clipping to [-500, 500] avoids the overflow and destroys what the layer is about: of the scores
    600 and 1000 the second should win outright, and here they come out equal.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        clipped = np.clip(x, -500.0, 500.0)
        e = np.exp(clipped - clipped.max(axis=-1, keepdims=True))
        self._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class OverTheBatch(Softmax):
    """The softmax is taken along the first axis, over the batch.

    With a batch the first axis is that of the samples: every column sums to 1 instead of every row.
    A version that was written for one row, with axis 0, does this as soon as a batch arrives. One
    widely copied cheat sheet has it.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=0, keepdims=True))
        self._out = e / e.sum(axis=0, keepdims=True)
        return self._out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        inner = (d_out * self._out).sum(axis=0, keepdims=True)
        return self._out * (d_out - inner)


class OverTheSecondAxis(Softmax):
    """The softmax is taken along axis 1, which is the last one for matrices only.

    Written for (N, C) and never tried on (N, T, C), the layer of an attention head: there axis 1 is
    time. Use axis=-1.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        axis = min(1, x.ndim - 1)
        e = np.exp(x - x.max(axis=axis, keepdims=True))
        self._out = e / e.sum(axis=axis, keepdims=True)
        return self._out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        axis = min(1, d_out.ndim - 1)
        inner = (d_out * self._out).sum(axis=axis, keepdims=True)
        return self._out * (d_out - inner)


class OverEverything(Softmax):
    """The sum runs over the whole array instead of each row.

    `np.sum(e)` without an axis is right for one row. For a batch all its probabilities together then
    sum to 1.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self._out = e / e.sum()
        return self._out


class MatricesOnly(Softmax):
    """Maxima and sums are reshaped to (-1, 1), which fits matrices only.

    `keepdims=True` keeps the reduced axis, for any number of axes; a column made by hand fits (N, C)
    and nothing else.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=-1).reshape(-1, 1))
        self._out = e / e.sum(axis=-1).reshape(-1, 1)
        return self._out


class DiagonalOnly(Softmax):
    """The derivative is out * (1 - out), as for the sigmoid: the diagonal of the Jacobian only.

    Every output depends on every score, because of the shared sum. The terms `-out[i] * out[j]` off
    the diagonal are as important as those on it. Common in crib sheets that list softmax in a table
    of element-wise activations.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out * self._out * (1.0 - self._out)


class InnerWithoutOutput(Softmax):
    """The sum over the row is taken of d_out alone, not of d_out * out.

    Each d_out[j] arrives with the weight out[j]. Without it the gradient no longer sums to zero along
    a row, as it must: adding a constant to all scores changes nothing.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        inner = d_out.sum(axis=-1, keepdims=True)
        return self._out * (d_out - inner)


class ForgetsDiagonal(Softmax):
    """Only the terms off the diagonal's formula are kept: the gradient is -out * <d_out, out>.

    The Jacobian is diag(out) - out out^T. The first part was lost.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        inner = (d_out * self._out).sum(axis=-1, keepdims=True)
        return -self._out * inner


class ForgetsInner(Softmax):
    """The gradient is out * d_out: the term with the sum of the row is missing.

    That would be right if the denominator were a constant. It is not; it contains every score.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return self._out * d_out


class PlusInner(Softmax):
    """The sum of the row is added instead of subtracted.

    The denominator grows with every score, so raising one score lowers the other probabilities: the
    terms off the diagonal are negative.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        inner = (d_out * self._out).sum(axis=-1, keepdims=True)
        return self._out * (d_out + inner)


class InnerOverEverything(Softmax):
    """The inner product in `backward` runs over the whole batch.

    `np.sum(d_out * out)` mixes the gradients of samples that have nothing to do with each other.
    With a batch of one it is right.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return self._out * (d_out - np.sum(d_out * self._out))


class InnerOverBatch(Softmax):
    """The inner product in `backward` runs over the first axis instead of the last.

    Forward and backward must reduce the same axis. With one row of scores the slip cannot be seen.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        inner = (d_out * self._out).sum(axis=0, keepdims=True)
        return self._out * (d_out - inner)


class CrossEntropyGradient(Softmax):
    """`backward` returns out - d_out, as if d_out were the target.

    "The derivative of softmax is p - t" holds for softmax and cross-entropy taken together, where t
    is the target. This layer stands alone, and d_out is a gradient.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return self._out - d_out


class PassesGradientThrough(Softmax):
    """`backward` returns d_out unchanged.

    Course code often leaves softmax without a backward pass, because the loss behind it already
    returns the gradient of both. On its own the layer needs its Jacobian.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out


class ForgetsUpstream(Softmax):
    """`backward` returns the derivative of the diagonal and forgets d_out.

    A Jacobian has to be multiplied by the gradient from above. Returning out * (1 - out) forgets both
    that and everything off the diagonal.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return self._out * (1.0 - self._out)


class AveragesGradient(Softmax):
    """The gradient is divided by the size of the batch.

    d_out already carries the 1/N of the loss. Dividing again belongs to no layer.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        inner = (d_out * self._out).sum(axis=-1, keepdims=True)
        return self._out * (d_out - inner) / len(d_out)


class LogSoftmax(Softmax):
    """`forward` returns the logarithm of the softmax.

    Losses like to work with log-probabilities, and PyTorch has a layer of its own for them. This one
    returns probabilities.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        shifted = x - x.max(axis=-1, keepdims=True)
        total = np.exp(shifted).sum(axis=-1, keepdims=True)
        self._out = np.exp(shifted) / total
        return shifted - np.log(total)


class PowersOfTwo(Softmax):
    """`2**x` is used in place of `exp(x)`.

    The rows still sum to 1, and the order of the scores is kept, so a look at the output shows
    nothing. It is a softmax at another temperature.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp2(x - x.max(axis=-1, keepdims=True))
        self._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class CachesFirstCall(Softmax):
    """The output of the first forward is remembered, and later ones are not.

    `backward` belongs to the last forward. A cache that is only filled when it is empty answers every
    later batch with the gradient of the first.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        out = e / e.sum(axis=-1, keepdims=True)
        if not hasattr(self, "_out") or self._out.shape != out.shape:
            self._out = out
        return out


class ChangesInput(Softmax):
    """The maximum is subtracted from x in place.

    `x -= x.max(...)` is the usual way to write the shift, and changes the caller's scores, which the
    loss may want to use again.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        x -= x.max(axis=-1, keepdims=True)
        e = np.exp(x)
        self._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class ChangesGradient(Softmax):
    """`backward` computes in d_out's own memory.

    `d_out -= ...` and `d_out *= ...` change an array that belongs to the caller.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_out -= (d_out * self._out).sum(axis=-1, keepdims=True)
        d_out *= self._out
        return d_out


class AnswersFloat64(Softmax):
    """float32 input is answered with float64.

    The scores are converted "to be safe", and nothing converts the result back. A layer without
    parameters keeps the type of its input.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        scores = x.astype(np.float64)
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class SharedState(Softmax):
    """The output is remembered on the class instead of the instance.

    With one layer it works. With two, as in the two heads of an attention layer, the last forward
    overwrites what the first one remembered.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        type(self)._out = e / e.sum(axis=-1, keepdims=True)
        return self._out


class UsesUpCache(Softmax):
    """`backward` overwrites what forward has remembered.

    It multiplies d_out into the remembered output, so that a second backward starts from the wrong
    numbers. What forward remembers stays as it is until the next forward.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        out = self._out.copy()
        self._out *= d_out
        return self._out - out * self._out.sum(axis=-1, keepdims=True)


class Float64Gradient(Softmax):
    """The gradient of a float32 layer is float64.

    `np.zeros(shape)` makes float64 unless told otherwise. The gradient of a float32 input is float32.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = np.zeros(d_out.shape)
        inner = (d_out * self._out).sum(axis=-1, keepdims=True)
        d_x += self._out * (d_out - inner)
        return d_x


class RecomputesUnstably(Softmax):
    """`backward` computes the probabilities anew, and without the shift.

    The forward pass is stable, and the same formula, typed a second time, is not. Remember the output, or
    share one function.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._out = x
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        e = np.exp(self._out)
        out = e / e.sum(axis=-1, keepdims=True)
        return out * (d_out - (d_out * out).sum(axis=-1, keepdims=True))
