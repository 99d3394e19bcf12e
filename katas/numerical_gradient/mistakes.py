"""The mistakes bank of numerical-gradient: the formula, and everything that can happen to x.

The narrow mistakes come first: where two of them explain a failed check alike, the first is named.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.judge.bank import FunctionMistake


class TwoAxesAtMost(FunctionMistake):
    """Vectors and matrices work, arrays with more axes do not. Two nested loops over rows and
    columns move whole blocks of an image or a kernel at once; `np.ndindex` needs no nesting and
    knows any number of axes."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape[:2]):
            step[index] = h
            gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
            step[index] = 0.0
        return gradient


class ForgetsContiguity(FunctionMistake):
    """A flat view is moved while f gets x, and the two belong together only where x is
    contiguous. `x.ravel()` is a view of some arrays and a copy of others, a slice for
    example; moving the copy leaves f with the same point twice and the gradient with zeros."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        x = np.asarray(x, dtype=np.float64)
        flat = x.ravel()
        gradient = np.zeros(flat.shape)
        for i, old in enumerate(flat.copy()):
            try:
                flat[i] = old + h
                above = f(x)
                flat[i] = old - h
                below = f(x)
            finally:
                flat[i] = old
            gradient[i] = (above - below) / (2 * h)
        return gradient.reshape(x.shape)


class IntegerGradient(FunctionMistake):
    """The gradient is an integer array where x is one. `np.zeros_like(x)` takes over the dtype of
    x as well as its shape, and every assignment cuts the fraction off without a word: 1.5 becomes
    1."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros_like(x)
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
            step[index] = 0.0
        return gradient


class CutsIntegersOff(FunctionMistake):
    """The step is lost where x is an integer array. `x[i] = old + h` stores an integer again, so
    that f is called twice with nearly the same point and the gradient is 0 or thousands. A widely
    copied version does this; it needs floats from the first line on."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        point = x.copy()
        for index in np.ndindex(gradient.shape):
            old = point[index]
            point[index] = old + h
            above = f(point)
            point[index] = old - h
            below = f(point)
            point[index] = old
            gradient[index] = (above - below) / (2 * h)
        return gradient


class LeavesChangedOnError(FunctionMistake):
    """x stays changed when f raises an exception. The old value is written back only after both
    calls, and an exception in one of them skips that line; who catches it goes on with weights
    that are off by h. It takes a `finally`, or a copy."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        if x.dtype.kind != "f":
            x = x.astype(np.float64)
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            old = x[index]
            x[index] = old + h
            above = f(x)
            x[index] = old - h
            below = f(x)
            x[index] = old
            gradient[index] = (above - below) / (2 * h)
        return gradient


class SwallowsErrors(FunctionMistake):
    """An exception of f is caught and the gradient is NaN there. f has failed for a reason that
    the caller needs to see; a NaN tells it much later and far away."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            try:
                gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
            except Exception:
                gradient[index] = np.nan
            step[index] = 0.0
        return gradient


class ExtraCall(FunctionMistake):
    """f is called once more, at x itself. The central difference does not need the value there;
    it was wanted for a print, or is left over from the one-sided formula. Where f is a pass over
    the whole data set, each call counts."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        f(x + step)
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
            step[index] = 0.0
        return gradient


class IgnoresH(FunctionMistake):
    """h is accepted and a fixed 1e-4 is used. Nobody notices before a function needs another
    step, because it changes on a much smaller or larger scale."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        h = 1e-4
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
            step[index] = 0.0
        return gradient


class RelativeStep(FunctionMistake):
    """The step is h times the size of the element. A relative step can be a good choice, but it
    is not the one that was asked for, and at an element that is zero it divides zero by zero
    unless one takes care."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            size = h * max(1.0, abs(float(x[index])))
            step[index] = size
            gradient[index] = (f(x + step) - f(x - step)) / (2 * size)
            step[index] = 0.0
        return gradient


class FivePoints(FunctionMistake):
    """Four values are used for every element instead of two. The five-point formula is more exact
    and twice as dear; asked for was the central difference, with exactly two calls an element."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            near = f(x + step) - f(x - step)
            far = f(x + 2 * step) - f(x - 2 * step)
            gradient[index] = (8 * near - far) / (12 * h)
            step[index] = 0.0
        return gradient


class OneAxisOnly(FunctionMistake):
    """The loop runs over the first axis only. `for i in range(len(x))` moves whole rows of a
    matrix, and every element of a row gets the sum of the row's derivatives. A widely copied
    version works for vectors only and needs a second function for batches."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for i in range(len(gradient)):
            step[i] = h
            gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
            step[i] = 0.0
        return gradient


class RowByRow(FunctionMistake):
    """A matrix is taken apart, and f gets one row at a time. f is a function of the whole array:
    it fails on a row, or computes something else, such as a loss that lacks the rest of its
    batch. One course's code does this to make its one-axis version work for batches."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        rows = np.array(x, dtype=np.float64).reshape(-1, np.shape(x)[-1])
        gradient = np.zeros(rows.shape)
        for n, row in enumerate(rows):
            for i in range(row.size):
                old = row[i]
                row[i] = old + h
                above = f(row.copy())
                row[i] = old - h
                below = f(row.copy())
                row[i] = old
                gradient[n, i] = (above - below) / (2 * h)
        return gradient.reshape(np.shape(x))


class FlatGradient(FunctionMistake):
    """The gradient comes back flat. The array was flattened to make the loop simple, and nobody
    gave the result its shape again; a gradient has the shape of what it belongs to, so that one
    can subtract it."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.size(x))
        step = np.zeros(np.shape(x))
        for i, index in enumerate(np.ndindex(step.shape)):
            step[index] = h
            gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
            step[index] = 0.0
        return gradient


class RestoredByArithmetic(FunctionMistake):
    """x is put back by adding h again instead of by writing the old value. Every addition rounds,
    so x comes back with other last bits, and over many checks the weights drift. Remember the
    value before you move it."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        if x.dtype.kind != "f":
            x = x.astype(np.float64)
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            x[index] += h
            above = f(x)
            x[index] -= 2 * h
            below = f(x)
            x[index] += h
            gradient[index] = (above - below) / (2 * h)
        return gradient


class SizeOfSlope(FunctionMistake):
    """The absolute value of the difference is taken, so that the gradient has no signs. How much
    f changes is only half of the answer; in which direction it grows is the other."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = abs(f(x + step) - f(x - step)) / (2 * h)
            step[index] = 0.0
        return gradient


class TinyStep(FunctionMistake):
    """The step is 1e-50 when none is given. In float64 `x + 1e-50` is x, and the gradient is zero
    everywhere; rounding makes too small a step worse than too large a one. A well-known
    introduction shows this very number as the wrong way, and it is copied nevertheless."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-50) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
            step[index] = 0.0
        return gradient


class DefaultStep(FunctionMistake):
    """The step is 1e-2 when none is given. The error of the central difference is of the order of
    h squared, so it is ten thousand times that of the promised 1e-4."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-2) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
            step[index] = 0.0
        return gradient


class DividesByH(FunctionMistake):
    """The central difference is divided by h instead of 2h. The two points are 2h apart, so that
    every gradient comes out twice as large; the divisor was left over from the one-sided
    formula."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - f(x - step)) / h
            step[index] = 0.0
        return gradient


class MissingBrackets(FunctionMistake):
    """The difference is divided by 2 and multiplied by h, because the brackets of `/ (2 * h)` are
    missing. Python reads `/ 2 * h` from left to right; the result is smaller by a factor of h
    squared."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - f(x - step)) / 2 * h
            step[index] = 0.0
        return gradient


class SwappedSides(FunctionMistake):
    """The upper value is subtracted from the lower one, so that every sign is wrong. A gradient
    that is checked against it seems to be the negative of the truth, and the minus is then put
    into the right formula."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x - step) - f(x + step)) / (2 * h)
            step[index] = 0.0
        return gradient


class SinglePrecision(FunctionMistake):
    """The differences are taken in float32. Numbers that agree in all but their last digits are
    subtracted, so that with seven digits in all nothing is left of them; this is the one place
    where double precision is a must."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x), dtype=np.float32)
        for index in np.ndindex(gradient.shape):
            step[index] = h
            above = f((x + step).astype(np.float32))
            below = f((x - step).astype(np.float32))
            gradient[index] = (above - below) / (2 * h)
            step[index] = 0.0
        return gradient


class MovesEverything(FunctionMistake):
    """All elements are moved at once. `f(x + h) - f(x - h)` with a number h moves the whole array
    and gives one number, the sum of all partial derivatives, instead of each of them. It works
    for functions of one variable, where it is usually tried out."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        slope = (f(x + h) - f(x - h)) / (2 * h)
        return np.full(np.shape(x), slope)


class StepsPileUp(FunctionMistake):
    """An element is not put back before the next one is moved. Every later difference is taken at
    a point that has drifted away from x, so only the first element is right; for a sum of
    separate terms it even looks right everywhere."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        point = np.array(x, dtype=np.float64)
        for index in np.ndindex(gradient.shape):
            point[index] += h
            above = f(point.copy())
            point[index] -= 2 * h
            below = f(point.copy())
            gradient[index] = (above - below) / (2 * h)
        return gradient


class ForwardDifference(FunctionMistake):
    """The difference is taken forwards only, `(f(x + h) - f(x)) / h`. Its error is of the order
    of h instead of h**2: with h = 1e-4 only four digits are right, too few to tell a wrong
    backward pass from a right one. It is the definition of the derivative in school books, which
    speak of the limit and not of a finite h."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - f(x + 0.0)) / h
            step[index] = 0.0
        return gradient


class ForwardDifferenceOnce(FunctionMistake):
    """The difference is taken forwards, from a value f(x) that is computed once before the loop.
    That saves nearly half of the calls and loses half of the digits: the error is of the order of
    h, not h**2."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        here = f(x + step)
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + step) - here) / h
            step[index] = 0.0
        return gradient


class BackwardDifference(FunctionMistake):
    """The difference is taken backwards only, `(f(x) - f(x - h)) / h`. Like the forward one it
    errs by something of the order of h; only the symmetric pair lets that term cancel."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        gradient = np.zeros(np.shape(x))
        step = np.zeros(np.shape(x))
        for index in np.ndindex(gradient.shape):
            step[index] = h
            gradient[index] = (f(x + 0.0) - f(x - step)) / h
            step[index] = 0.0
        return gradient


class NotRestored(FunctionMistake):
    """x is moved in place and never put back. It ends up lower by h in every element: the
    caller's weights have changed, and a check of the next parameter is made at another point."""

    @staticmethod
    def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
        if not h > 0:
            raise ValueError(f"h must be greater than 0, got {h}")
        if x.dtype.kind != "f":
            x = x.astype(np.float64)
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            old = x[index]
            x[index] = old + h
            above = f(x)
            x[index] = old - h
            below = f(x)
            gradient[index] = (above - below) / (2 * h)
        return gradient
