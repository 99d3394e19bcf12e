"""The mistakes bank of gradient-descent: the loop, the gradient inside it, and whose array x0 is.

The narrow mistakes come first: where two of them explain a failed check alike, the first is named.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.judge.bank import FunctionMistake
from reference.gradient_descent import _numerical_gradient


class StopsWhenWorse(FunctionMistake):
    """It stops when a step makes f larger. With a large learning rate a single step may well
    climb before the path goes down again, and asked for was a number of steps, wherever they
    lead."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            candidate = x - lr * _numerical_gradient(f, x)
            if f(candidate) > f(x):
                break
            x = candidate
        return x


class ReturnsBest(FunctionMistake):
    """The best point on the way is returned instead of the last. Asked for is where the steps
    lead; whether that is better than where they passed is for the caller to see."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        best = x.copy()
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, x)
            if f(x) < f(best):
                best = x.copy()
        return best


class DefaultRate(FunctionMistake):
    """The learning rate is 0.1 when it is not given. The default is 0.01; ten times as much makes
    functions diverge on which the default is safe."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.1, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, x)
        return x


class DefaultSteps(FunctionMistake):
    """1000 steps are taken when no number is given. The default is 100; ten times as many calls
    of f is not what the caller expects to wait for."""

    @staticmethod
    def gradient_descent(
        f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 1000
    ) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, x)
        return x


class StopsEarly(FunctionMistake):
    """It stops as soon as the gradient is small. How small is small depends on the scale of f,
    and for a flat f it does not even begin; asked for was a number of steps."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            gradient = _numerical_gradient(f, x)
            if np.linalg.norm(gradient) < 1e-3:
                break
            x -= lr * gradient
        return x


class FlatResult(FunctionMistake):
    """The result comes back flat. The array was flattened to make the loop over its elements
    simple, and nobody gave it its shape again."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, x)
        return x.ravel()


class OneAxisOnly(FunctionMistake):
    """The numerical gradient inside loops over the first axis only. For a matrix it moves whole
    rows at once, and all elements of a row get the same slope: the sum of theirs."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            gradient = np.zeros(x.shape)
            for i in range(len(x)):
                step = np.zeros(x.shape)
                step[i] = 1e-4
                gradient[i] = (f(x + step) - f(x - step)) / 2e-4
            x -= lr * gradient
        return x


class OneCoordinateAtATime(FunctionMistake):
    """Each element is moved as soon as its own slope is known, and the next slope is taken at the
    new point. That is coordinate descent. A gradient is taken at one point; compute all of it
    before anything moves."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            for index in np.ndindex(x.shape):
                step = np.zeros(x.shape)
                step[index] = 1e-4
                x[index] -= lr * (f(x + step) - f(x - step)) / 2e-4
        return x


class IgnoresSteps(FunctionMistake):
    """The number of steps is accepted and 100 are taken. With the default it looks right; whoever
    asks for one step, to look at it, gets a hundred."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(100):
            x -= lr * _numerical_gradient(f, x)
        return x


class OneStepTooFew(FunctionMistake):
    """One step too few is taken. `range(1, steps)` has one number less than `range(steps)`; near
    the end of a long run nobody sees the difference."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(1, steps):
            x -= lr * _numerical_gradient(f, x)
        return x


class OneStepTooMany(FunctionMistake):
    """One step too many is taken. `range(steps + 1)` counts the start as if it were a step; the
    number of steps is the number of gradients."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps + 1):
            x -= lr * _numerical_gradient(f, x)
        return x


class FixedGradient(FunctionMistake):
    """The gradient is computed once, at x0, and used for all steps. The path is then a straight
    line that passes the minimum and never turns; the gradient has to be taken again wherever the
    last step has led."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        gradient = _numerical_gradient(f, x)
        for _ in range(steps):
            x -= lr * gradient
        return x


class GradientAtStart(FunctionMistake):
    """Every step takes the gradient at x0 and subtracts it from x. A slip of one letter, x0 for
    x, that makes the path a straight line; short runs look almost right."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        start = x.copy()
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, start)
        return x


class ForgetsLearningRate(FunctionMistake):
    """The learning rate is left out: the whole gradient is subtracted. On anything steeper than a
    gentle bowl the steps jump over the minimum and grow."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x -= _numerical_gradient(f, x)
        return x


class DecaysLearningRate(FunctionMistake):
    """The learning rate is divided by the number of the step. A decaying rate is common in proofs
    of convergence and was not asked for; the later steps become too short to arrive."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for t in range(steps):
            x -= lr / (t + 1) * _numerical_gradient(f, x)
        return x


class MeanGradient(FunctionMistake):
    """The gradient is divided by the number of elements. Averages belong to batches of samples,
    and any 1/N is part of f; the elements of x are not samples."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, x) / x.size
        return x


class WithMomentum(FunctionMistake):
    """A velocity is added to plain gradient descent. It may well arrive sooner, by another path
    than the one that was asked for."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        velocity = np.zeros(x.shape)
        for _ in range(steps):
            velocity = 0.9 * velocity - lr * _numerical_gradient(f, x)
            x += velocity
        return x


class ReturnsBeforeLast(FunctionMistake):
    """The point before the last step is returned, because the result is remembered before x is
    updated. The last gradient was computed for nothing."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        last = x.copy()
        for _ in range(steps):
            last = x.copy()
            x -= lr * _numerical_gradient(f, x)
        return last


class IgnoresLearningRate(FunctionMistake):
    """The learning rate is accepted and 0.01 is used. With the default it looks right, and every
    attempt to tune it shows the same curve."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x -= 0.01 * _numerical_gradient(f, x)
        return x


class OverwritesStart(FunctionMistake):
    """The caller's x0 is overwritten. `x = x0` gives the array a second name, and `x -= ...`
    changes it for both; a second run with another learning rate then starts where the first one
    ended. One widely copied version does this."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = x0
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, x)
        return x


class Ascent(FunctionMistake):
    """The step goes along the gradient instead of against it. The gradient points uphill, so `x
    += lr * gradient` climbs and, on a bowl, runs away faster and faster."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x += lr * _numerical_gradient(f, x)
        return x


class NormalisesGradient(FunctionMistake):
    """The gradient is divided by its length, so that every step is exactly lr long. Near the
    minimum, where steps should shrink, x then jumps to and fro around it."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            gradient = _numerical_gradient(f, x)
            x -= lr * gradient / (np.linalg.norm(gradient) + 1e-12)
        return x


class SignOfGradient(FunctionMistake):
    """Only the signs of the gradient are used. Every element then moves by lr in every step,
    however flat the function is there."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x -= lr * np.sign(_numerical_gradient(f, x))
        return x


class ReturnsValue(FunctionMistake):
    """The value of f is returned instead of the point. The minimum is a number, and what
    minimises is a point; the caller can compute the first from the second, but not the other way
    round."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, x)
        return np.asarray(f(x))


class ReturnsPath(FunctionMistake):
    """All points of the path are returned. It is good for a plot, but the result asked for is the
    last of them, in the shape of x0."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        path = [x.copy()]
        for _ in range(steps):
            x -= lr * _numerical_gradient(f, x)
            path.append(x.copy())
        return np.array(path)


class DividesByH(FunctionMistake):
    """The central difference is divided by h instead of 2h. Every gradient is then twice too
    large, which acts like twice the learning rate: it often still converges, and so goes
    unseen."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                step = np.zeros(x.shape)
                step[index] = 1e-4
                gradient[index] = (f(x + step) - f(x - step)) / 1e-4
            x -= lr * gradient
        return x


class CoarseForwardDifference(FunctionMistake):
    """The gradient is a one-sided difference with a step of 0.01. It errs by half a step times
    the curvature, so the path ends beside the minimum, by just that half step; the central
    difference has no such drift."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                step = np.zeros(x.shape)
                step[index] = 0.01
                gradient[index] = (f(x + step) - f(x)) / 0.01
            x -= lr * gradient
        return x


class TinyStep(FunctionMistake):
    """The numerical gradient uses a step of 1e-50. Added to a number of ordinary size it vanishes
    in rounding, every difference is zero and x never moves. A well-known introduction shows this
    number as the wrong way."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                step = np.zeros(x.shape)
                step[index] = 1e-50
                gradient[index] = (f(x + step) - f(x - step)) / 2e-50
            x -= lr * gradient
        return x


class LosesPosition(FunctionMistake):
    """The numerical gradient inside moves x and puts it back only in part: every element ends up
    lower by h after each step. The drift is small in one step and adds up over many."""

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0, dtype=np.float64)
        for _ in range(steps):
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                x[index] += 1e-4
                above = f(x)
                x[index] -= 2e-4
                gradient[index] = (above - f(x)) / 2e-4
            x -= lr * gradient
        return x


class IntegerStart(FunctionMistake):
    """Integer x0 stays integer, so that every step is cut off to whole numbers.

    `np.array(x0)` keeps the dtype, and writing a float into an integer array drops its fraction without a word. An optimiser
    converts its starting point to float first.
    """

    @staticmethod
    def gradient_descent(f: Callable[[np.ndarray], float], x0: np.ndarray, lr: float = 0.01, steps: int = 100) -> np.ndarray:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if steps < 0:
            raise ValueError(f"steps must not be negative, got {steps}")
        x = np.array(x0)
        for _ in range(steps):
            x[...] = x - lr * _numerical_gradient(f, x)
        return x
