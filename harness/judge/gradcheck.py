"""The gradient check: is `backward` the derivative of this very `forward`?

For a function f, a direction u in its input and a weighting v of its output, two numbers must agree:

    numeric   <v, f(x + h u) - f(x - h u)> / 2h      (no derivative needed)
    analytic  <backward(v), u>

A few random directions make the check's cost independent of the array's size. Every element of u and v lies between 0.5
and 1.5 in magnitude, so no coordinate can hide behind a small factor.

Step and tolerance come from arithmetic. With D(h) the central difference above, Richardson's R = (4 D(h) - D(2h)) / 3
has a truncation error of order h**4 and a rounding error of order eps/h, which balance at h = eps**(1/5), about 7e-4 in
float64.
Writing S for the size of the derivative and F for that of the outputs, these and all sizes below as root sums of squares
over the outputs, so that nothing cancels:

    rounding    16 eps (F + S) / h            each output is taken to be right to 16 units in the last place, which a
                                              dot product of some 250 terms reaches
    truncation  |R(h) - R(2h)| + 4 E**2 / S   two estimates of what R leaves, since by chance one may vanish. R(2h) leaves
                                              16 times what R(h) does. E is the size of R - D(h), the h**2 term, about
                                              (h/r)**2 S for a function that changes on the scale r; the h**4 term is then
                                              about (h/r)**4 S, and R leaves (4 - 16) / 3 = -4 times it
    tolerance   100 (rounding + truncation)   so a right gradient is a hundred times too good to fail

Where E or R(h) - R(2h) is not small beside S, the step is too wide for this function or meets a kink, and a smaller one is
tried. (Inputs should be further from kinks than the widest step, 4 h times 1.5, about 0.005.)
Where the tolerance is above a tenth of S (or of 1), F is so large that any gradient would pass: then nothing is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

Map = Callable[[np.ndarray], "np.ndarray | float"]

SAFETY = 100.0
ROUNDING_UNITS = 16.0
SHRINKS = (1.0, 1 / 8, 1 / 64)
COARSEST = 0.1


_errors: ContextVar[list[float] | None] = ContextVar("_errors", default=None)


@contextmanager
def recorded_errors() -> Iterator[list[float]]:
    """Collect, for every direction checked inside, the error as a share of the tolerance: a check fails from 1 on."""
    errors: list[float] = []
    token = _errors.set(errors)
    try:
        yield errors
    finally:
        _errors.reset(token)


class NotDifferentiable(ArithmeticError):
    """The function has no derivative at the point that any step could find; the message says what was seen instead."""


@dataclass(frozen=True)
class Estimate:
    """A directional derivative and how far from it a right answer may lie."""

    value: float
    tolerance: float
    step: float


@dataclass(frozen=True)
class Disagreement:
    """A direction in which the two sides differ by more than the tolerance."""

    numeric: float
    analytic: float
    tolerance: float
    output_weights: np.ndarray


def spread_signs(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype | type = np.float64) -> np.ndarray:
    """Random numbers of either sign with magnitudes in [0.5, 1.5]: as random as needed, and none near zero."""
    return (rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 1.5, shape)).astype(dtype)


def directional_derivative(f: Map, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> Estimate:
    """The derivative of <v, f> at x along u, with the tolerance of the module's docstring.

    Args:
        f: maps an array like x to an array like v (or a float, with v of shape `()`).
        x, u: the point and the direction, same shape and floating dtype.
        v: weights of the outputs.

    Raises:
        NotDifferentiable: no step gives a value that halving the step confirms, or f is not finite.
    """
    eps = float(np.finfo(x.dtype).eps)
    for shrink in SHRINKS:
        h = eps**0.2 * shrink
        outputs = [np.asarray(f((x + k * h * u).astype(x.dtype)), dtype=np.float64) for k in (1, -1, 2, -2, 4, -4)]
        slopes, far_slopes, farther_slopes = (
            (plus - minus) / (2 * k * h) for k, plus, minus in zip((1, 2, 4), outputs[::2], outputs[1::2], strict=True)
        )
        if not all(np.all(np.isfinite(output)) for output in outputs):
            raise NotDifferentiable("its output is not finite")
        value = (4 * float(np.sum(v * slopes)) - float(np.sum(v * far_slopes))) / 3
        slope_size = _size(v * slopes)
        rounding = ROUNDING_UNITS * eps * (_size(v * outputs[0]) + slope_size) / h
        second_order = _size(v * (slopes - far_slopes)) / 3
        # R(h) - R(2h), with R(h) = (4 D(h) - D(2h)) / 3
        fourth_order = _size(v * (4 * slopes - 5 * far_slopes + farther_slopes)) / 3
        if max(second_order, fourth_order) <= eps**0.3 * slope_size + rounding:
            truncation = fourth_order + (4 * second_order**2 / slope_size if slope_size else 0.0)
            tolerance = SAFETY * (rounding + truncation)
            if not (np.isfinite(tolerance) and tolerance <= COARSEST * max(1.0, slope_size)):
                raise NotDifferentiable("its output is so large that its changes are lost in rounding")
            return Estimate(value, tolerance, h)
    if not np.array_equal(np.asarray(f(x)), np.asarray(f(x))):
        raise NotDifferentiable("two calls with the same input gave different outputs")
    raise NotDifferentiable("its output jumps near this input")


def _size(values: np.ndarray) -> float:
    return float(np.sqrt(np.sum(values**2)))


def find_disagreement(
    f: Map, backward: Map, x: np.ndarray, rng: np.random.Generator, directions: int = 3
) -> Disagreement | None:
    """The first of a few random directions in which `backward` is not the derivative of `f`, or None.

    Args:
        f: as in `directional_derivative`.
        backward: maps weights of the outputs to a gradient of x's shape; called once for each direction.
        x: where to differentiate.
        rng: draws the directions.
        directions: how many; one finds almost every mistake, more make sure.

    Raises:
        NotDifferentiable: f has no derivative at x.
        ValueError: the gradient's shape is not x's.
    """
    output_shape = np.shape(f(x))
    for _ in range(directions):
        u = spread_signs(rng, x.shape, x.dtype)
        v = spread_signs(rng, output_shape, x.dtype) if output_shape else np.ones((), x.dtype)
        estimate = directional_derivative(f, x, u, v)
        gradient = np.asarray(backward(v))
        if gradient.shape != x.shape:
            raise ValueError(f"the gradient has shape {gradient.shape}, expected {x.shape}")
        analytic = float(np.sum(gradient.astype(np.float64) * u))
        error = abs(analytic - estimate.value)
        recorded = _errors.get()
        if recorded is not None and estimate.tolerance:
            recorded.append(error / estimate.tolerance)
        if not error <= estimate.tolerance:
            return Disagreement(estimate.value, analytic, estimate.tolerance, v)
    return None


def numerical_gradient(f: Map, x: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The gradient of <v, f> at x, one coordinate after another by central differences: slow, to locate a mistake.

    The step eps**(1/3) balances a truncation error of order h**2 with a rounding error of order eps/h.
    """
    h = float(np.finfo(x.dtype).eps) ** (1 / 3)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = h
        difference = np.asarray(f(x + step), dtype=np.float64) - np.asarray(f(x - step), dtype=np.float64)
        gradient[index] = np.sum(v * difference) / (2 * h)
    return gradient
