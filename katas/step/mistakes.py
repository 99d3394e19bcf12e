"""The mistakes bank of step."""

from __future__ import annotations

import numpy as np

from harness.judge.bank import FunctionMistake


class FiresAtZero(FunctionMistake):
    """The comparison is `>=`, so that 0 gives 1.

    Both conventions exist. This one fires above the threshold, and at the threshold it does not.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return (x >= 0).astype(np.int64)


class AnswersBooleans(FunctionMistake):
    """The booleans of the comparison are returned as they are.

    True behaves like 1 in a sum, but not everywhere: the minus sign fails on boolean arrays, and `~`
    means something else. Integers were asked for.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return x > 0


class AnswersFloats(FunctionMistake):
    """The answer consists of floats.

    `np.where(x > 0, 1.0, 0.0)` has the right values and the wrong type: it cannot be used as an
    index, for instance.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.where(x > 0, 1.0, 0.0)


class KeepsType(FunctionMistake):
    """The answer takes the type of x.

    `np.zeros_like(x)` copies the dtype along with the shape, so that floats give floats. The
    integers have to be asked for.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        out = np.zeros_like(x)
        out[x > 0] = 1
        return out


class SignFunction(FunctionMistake):
    """The sign is returned: -1 for negative numbers.

    `np.sign` is the activation of some perceptrons, with targets -1 and 1. The step function has the
    values 0 and 1.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.sign(x).astype(np.int64)


class TruncatesFirst(FunctionMistake):
    """x is converted to integers before the comparison.

    The conversion cuts off what is behind the point, so 0.3 becomes 0 and does not fire. Convert the
    result, not the input.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return (x.astype(np.int64) > 0).astype(np.int64)


class RoundsFirst(FunctionMistake):
    """The threshold is in effect 1/2: x is clipped to [0, 1] and rounded.

    0.3 is above the threshold and has to fire. Rounding is a step at 1/2, not at 0.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.rint(np.clip(x, 0, 1)).astype(np.int64)


class WithTolerance(FunctionMistake):
    """Small positive numbers are taken for zero.

    A tolerance is useful where two results of a calculation are compared for equality. The step has
    an exact threshold: 1e-9 is above it.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return (x > 1e-8).astype(np.int64)


class OneNumberOnly(FunctionMistake):
    """An `if` decides, which works for a single number only.

    For an array of several numbers `if x > 0` raises "the truth value of an array is ambiguous". The
    comparison itself works on whole arrays.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        if x > 0:
            return np.ones(x.shape, dtype=np.int64)
        return np.zeros(x.shape, dtype=np.int64)


class AnyDecides(FunctionMistake):
    """One element decides for all of them.

    `if (x > 0).any()` silences the complaint about ambiguous truth values and answers another
    question. Every element has its own answer.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.full(x.shape, int((x > 0).any()), dtype=np.int64)


class Inverted(FunctionMistake):
    """0 and 1 are swapped.

    In `np.where(x > 0, 0, 1)` the value for the true case comes first.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.where(x > 0, 0, 1)


class Ramp(FunctionMistake):
    """Positive numbers are handed on as they are, cut to integers.

    `np.maximum(x, 0)` is ReLU. The step function forgets how large a number is and keeps only whether
    it is positive.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.ceil(np.maximum(x, 0)).astype(np.int64)


class ChangesInput(FunctionMistake):
    """The zeros and ones are written into x.

    `x[x > 0] = 1` is short, and destroys the pre-activations, which the caller may still need.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        positive = x > 0
        x[positive] = 1
        x[~positive] = 0
        return x.astype(np.int64)


class OneAxisOnly(FunctionMistake):
    """A loop over the first axis compares its entries, which works for vectors only.

    For a matrix the entries are rows, and the truth value of a row is ambiguous. Element-wise
    functions need no loop.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.array([1 if value > 0 else 0 for value in x])


class Flattens(FunctionMistake):
    """The answer is flat, whatever the shape of x.

    `x.ravel()` makes the loop easy; the shape has to be restored afterwards.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return (x.ravel() > 0).astype(np.int64)


class RemovedName(FunctionMistake):
    """`np.int` is used, a name that NumPy has removed.

    It was an alias of Python's `int`, deprecated in NumPy 1.20 and gone since 1.24, and it still
    stands in many course notes. Write `int` or `np.int64`.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return (x > 0).astype(vars(np)["int"])


class LogicalOfInput(FunctionMistake):
    """x itself is converted to booleans, so that every number but 0 gives 1.

    "Is it true" and "is it positive" differ for negative numbers: -2 is true.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return x.astype(bool).astype(np.int64)


class ComparesWithMean(FunctionMistake):
    """The threshold is the mean of x instead of 0.

    Then the answer for one element depends on all the others. The threshold of a perceptron is fixed; a
    bias moves it.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return (x > x.mean()).astype(np.int64)


class SignedBit(FunctionMistake):
    """The sign bit decides: whatever is not negative gives 1.

    `~np.signbit(x)` is true for 0.0, and false for -0.0. Both are zero, and zero does not fire.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return 1 - np.signbit(x).astype(np.int64)


class SmoothStep(FunctionMistake):
    """A steep sigmoid stands in for the step, and is rounded.

    Near the threshold it gives 1/2, which rounds to 0: 1e-9 has to give 1. The step function needs a
    comparison, not an approximation.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.rint(0.5 + 0.5 * np.tanh(50.0 * x)).astype(np.int64)


class ReadsBits(FunctionMistake):
    """The result is written into an array like x, read as integers bit by bit.

    `.view(np.int64)` reinterprets the bytes of a float and does not convert it: the bits of 1.0 are a
    very large integer. Use `.astype`.
    """

    @staticmethod
    def step(x: np.ndarray) -> np.ndarray:
        return np.where(x > 0, 1.0, 0.0).view(np.int64)
