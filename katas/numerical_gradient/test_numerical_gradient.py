"""Hidden tests of the kata numerical-gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    Cause,
    CheckFailed,
    Errors,
    Rejection,
    Solution,
    SolutionRaised,
    assert_close,
    assert_dtype,
    assert_shape,
    by_properties,
    expect,
    fetch,
    note,
    put,
    watches_inputs,
)
from reference.numerical_gradient import numerical_gradient

SHAPES = {"one axis": (4,), "matrix": (2, 3), "four axes": (2, 1, 3, 2)}
SMALL_SHAPES = {"one element": (1, 1), "no axis": ()}
ROUNDING = 1e-7


class Function:
    """A smooth function of arrays of one shape, in which all elements are coupled. It writes down its calls."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        self.weights = np.asarray(rng.normal(size=shape))
        self.points: list[np.ndarray] = []

    def __call__(self, x: np.ndarray) -> float:
        x = np.array(x, dtype=np.float64)
        if x.shape != self.weights.shape:
            raise ValueError(f"f got an array of shape {x.shape}, but x has shape {self.weights.shape}")
        self.points.append(x)
        product = np.sum(self.weights * x)
        return float(product**2 / 4 + np.sum(self.weights * x**3) + product)

    def derivative(self, x: np.ndarray) -> np.ndarray:
        """The exact gradient."""
        slopes: np.ndarray = self.weights * (np.sum(self.weights * x) / 2 + 3.0 * x**2 + 1.0)
        return slopes


def assert_gradient_at(solution: Solution, f: Function, x: np.ndarray, *h: float) -> None:
    """Fail unless the solution's gradient of f at x is the reference's, up to rounding (some 1e-16 / h of f's size)."""
    got = solution.numerical_gradient(f, x, *h)
    assert_close(got, numerical_gradient(f, x, *h), "the gradient", rtol=ROUNDING)


class TestValues:
    @pytest.mark.parametrize("shape", list(SHAPES.values()), ids=list(SHAPES))
    def test_shapes(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """the gradient is correct, whatever the number of axes"""
        assert_gradient_at(solution, Function(rng, shape), rng.normal(size=shape))

    def test_derivative(self, solution: Solution, rng: np.random.Generator) -> None:
        """with the default step it agrees with the derivative to seven digits"""
        f, x = Function(rng, (2, 2)), rng.uniform(0.5, 1.5, (2, 2))
        assert_close(solution.numerical_gradient(f, x), f.derivative(x), "the gradient", rtol=ROUNDING)

    @pytest.mark.parametrize("h", [0.5, 0.01])
    def test_step(self, solution: Solution, rng: np.random.Generator, h: float) -> None:
        """h is the step to either side"""
        assert_gradient_at(solution, Function(rng, (5,)), rng.normal(size=5), h)

    def test_large_numbers(self, solution: Solution, rng: np.random.Generator) -> None:
        """the step stays h where x is large"""
        assert_gradient_at(solution, Function(rng, (4,)), rng.uniform(1e4, 1e5, 4), 0.3)

    def test_two_functions(self, solution: Solution, rng: np.random.Generator) -> None:
        """one function after the other, each gets its own gradient"""
        for shape in ((3,), (2, 2)):
            assert_gradient_at(solution, Function(rng, shape), rng.normal(size=shape))


class TestInput:
    @pytest.mark.parametrize("shape", list(SMALL_SHAPES.values()), ids=list(SMALL_SHAPES))
    def test_small_shapes(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """an x of a single number works, with axes or without"""
        assert_gradient_at(solution, Function(rng, shape), np.asarray(rng.normal(size=shape)))

    @pytest.mark.parametrize("shape", [(4,), (2, 3)], ids=["one axis", "matrix"])
    def test_integers(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """an integer x gives the gradient of the same floats"""
        f, x = Function(rng, shape), rng.integers(-3, 4, shape)
        got = solution.numerical_gradient(f, x)
        assert_close(got, numerical_gradient(f, x.astype(float)), "the gradient", rtol=ROUNDING)
        assert_dtype(got, np.float64, "the gradient")

    @watches_inputs
    def test_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """x is the same afterwards, bit for bit"""
        for shape in ((5,), (3, 4)):
            f, x = Function(rng, shape), rng.normal(size=shape)
            x.flat[0], x.flat[3] = -0.0, 1e-30
            array = put(solution, x)
            expect(bool(np.any(solution.numerical_gradient(f, array))), "the gradient is 0")
            assert_same_bits(fetch(array), x, "after the call")

    @pytest.mark.parametrize("call", [1, 2, 6], ids=["first call", "second call", "last call"])
    def test_error(self, solution: Solution, rng: np.random.Generator, call: int) -> None:
        """when f raises, the same exception comes out, and x is the same afterwards"""
        x = rng.normal(size=3)
        array = put(solution, x)
        assert_lets_through(lambda: solution.numerical_gradient(failing(call), array))
        assert_same_bits(fetch(array), x, "after f has raised")


class TestCalls:
    @pytest.mark.parametrize("shape", [(5,), (2, 3)], ids=["one axis", "matrix"])
    @by_properties
    def test_count(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """f is called exactly twice for each element of x"""
        f, x = Function(rng, shape), rng.normal(size=shape)
        assert_shape(solution.numerical_gradient(f, x), shape, "the gradient")
        count = len(f.points)
        note(solution, count=count)
        expect(count == 2 * x.size, f"f was called {count} times for an x of {x.size} elements, expected {2 * x.size}")

    @pytest.mark.parametrize("options", [(), (0.25,)], ids=["h 1e-4 by default", "h 0.25"])
    @by_properties
    def test_points(self, solution: Solution, rng: np.random.Generator, options: tuple[float, ...]) -> None:
        """f is called with one element raised or lowered by h, and all others as they are"""
        f, x = Function(rng, (2, 2)), rng.normal(size=(2, 2))
        h = options[0] if options else 1e-4
        assert_shape(solution.numerical_gradient(f, x, *options), (2, 2), "the gradient")
        moves = np.array([point - x for point in f.points]).reshape(-1, x.size)
        note(solution, moves=moves / h)
        expected = np.concatenate([h * np.eye(x.size), -h * np.eye(x.size)])
        for move in moves:
            if not is_among(move, expected):
                raise CheckFailed(f"f was called at x + {move.reshape(2, 2).round(9).tolist()}, with h = {h}")
        for move in expected:
            if not is_among(move, moves):
                raise CheckFailed(f"f was never called at x + {move.reshape(2, 2).tolist()}, with h = {h}")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """an x in another layout gives the same"""
        f, x = Function(rng, (2, 3)), rng.normal(size=(2, 3))
        expected = solution.numerical_gradient(f, x)
        expect(bool(np.any(expected)), "the gradient is 0")
        got = solution.numerical_gradient(f, LAYOUTS[layout](x))
        assert_close(got, expected, "the gradient, compared with an ordinary array", rtol=ROUNDING)

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """a float32 x gives the gradient of the same numbers in float64"""
        f, x = Function(rng, (2, 3)), rng.normal(size=(2, 3)).astype(np.float32)
        got, expected = solution.numerical_gradient(f, x), solution.numerical_gradient(f, x.astype(float))
        expect(bool(np.any(expected)), "the gradient is 0")
        assert_close(got, expected, "the gradient, compared with float64", rtol=ROUNDING)
        assert_dtype(got, np.float64, "the gradient")


class TestErrors(Errors):
    rejections = (
        Rejection(
            "numerical_gradient(...)",
            "`h` is zero or negative",
            lambda s, h: s.numerical_gradient(total, np.ones(3), h),
            (0.0, -1e-4),
            "h",
        ),
    )


def total(x: np.ndarray) -> float:
    """The sum of all elements."""
    return float(np.sum(np.asarray(x)))


def failing(call: int) -> Callable[[np.ndarray], float]:
    """The sum of all elements, but it raises ZeroDivisionError when it is called for the `call`-th time."""
    calls: list[int] = []

    def f(x: np.ndarray) -> float:
        calls.append(1)
        if len(calls) == call:
            raise ZeroDivisionError("f cannot be computed here")
        return total(x)

    return f


def is_among(move: np.ndarray, moves: np.ndarray) -> bool:
    """Whether one of the moves is this one, up to rounding."""
    return bool(np.any(np.all(np.abs(moves - move) < 1e-9, axis=1)))


def assert_lets_through(call: Callable[[], Any]) -> None:
    """Fail unless the call raises the ZeroDivisionError of `failing`."""
    try:
        call()
    except SolutionRaised as raised:
        if raised.error.is_a("NotImplementedError"):
            raise
        came = raised.error.type
        expect(raised.error.is_a("ZeroDivisionError"), f"f raised ZeroDivisionError, but {came} came out: let it through")
        return
    raise CheckFailed("f raised ZeroDivisionError, but numerical_gradient returned as if nothing had happened")


def assert_same_bits(got: np.ndarray, expected: np.ndarray, when: str) -> None:
    """Fail unless x is what it was, to the last bit."""
    if got.tobytes() != expected.tobytes():
        move = float(np.max(np.abs(got - expected)))
        message = f"x has changed {when}, by up to {move:.3g}: put back what was there"
        raise CheckFailed(message, cause=Cause.CHANGED_INPUT, what="x")
