"""Hidden tests of the kata numerical-gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.judge.testing import CheckFailed, assert_close, assert_dtype, assert_shape, expect, fetch, gapped, put
from harness.sandbox.errors import SolutionRaised
from reference.numerical_gradient import numerical_gradient

SHAPES = {"one axis": (4,), "matrix": (2, 3), "four axes": (2, 1, 3, 2), "one element": (1, 1)}
ROUNDING = 1e-7


class Function:
    """A smooth function of arrays of one shape, in which all elements are coupled. It writes down its calls."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        self.weights = rng.normal(size=shape)
        self.points: list[np.ndarray] = []

    def __call__(self, x: np.ndarray) -> float:
        x = np.array(x, dtype=np.float64)
        if x.shape != self.weights.shape:
            raise ValueError(f"f got an array of shape {x.shape}, but x has the shape {self.weights.shape}")
        self.points.append(x)
        product = np.sum(self.weights * x)
        return float(product**2 / 4 + np.sum(self.weights * x**3) + product)

    def derivative(self, x: np.ndarray) -> np.ndarray:
        """The exact gradient."""
        slopes: np.ndarray = self.weights * (np.sum(self.weights * x) / 2 + 3.0 * x**2 + 1.0)
        return slopes


def assert_gradient_at(solution: Any, f: Function, x: Any, *at: np.ndarray, **options: float) -> None:
    """Fail unless the solution's gradient of f at x is the reference's, up to rounding (some 1e-16 / h of f's size).

    Where x is kept beside the solution, `at` holds its value.
    """
    got = solution.numerical_gradient(f, x, **options)
    assert_close(got, numerical_gradient(f, at[0] if at else x, **options), "the gradient", rtol=ROUNDING)


class TestValues:
    @pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
    def test_shapes(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """the gradient is right for arrays of any number of axes"""
        assert_gradient_at(solution, Function(rng, shape), rng.normal(size=shape))

    def test_derivative(self, solution: Any, rng: np.random.Generator) -> None:
        """with the default step it agrees with the derivative to seven digits"""
        f, x = Function(rng, (2, 2)), rng.uniform(0.5, 1.5, (2, 2))
        assert_close(solution.numerical_gradient(f, x), f.derivative(x), "the gradient", rtol=ROUNDING)

    @pytest.mark.parametrize("h", [0.5, 0.01])
    def test_step(self, solution: Any, rng: np.random.Generator, h: float) -> None:
        """h is the step to either side"""
        assert_gradient_at(solution, Function(rng, (5,)), rng.normal(size=5), h=h)

    def test_step_by_position(self, solution: Any, rng: np.random.Generator) -> None:
        """h may be given by position"""
        f, x = Function(rng, (3,)), rng.normal(size=3)
        assert_close(solution.numerical_gradient(f, x, 0.2), numerical_gradient(f, x, 0.2), "the gradient")

    def test_large_numbers(self, solution: Any, rng: np.random.Generator) -> None:
        """the step stays h where x is large"""
        f, x = Function(rng, (4,)), rng.uniform(5.0, 20.0, 4)
        assert_gradient_at(solution, f, x, h=0.5)

    def test_two_functions(self, solution: Any, rng: np.random.Generator) -> None:
        """one function after the other, each gets its own gradient"""
        for shape in ((3,), (2, 2)):
            assert_gradient_at(solution, Function(rng, shape), rng.normal(size=shape))


class TestInput:
    @pytest.mark.parametrize("shape", [(4,), (2, 3)], ids=["one axis", "matrix"])
    def test_integers(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """an integer x gives the gradient of the same floats"""
        f, x = Function(rng, shape), rng.integers(-3, 4, shape)
        got = solution.numerical_gradient(f, x)
        assert_close(got, numerical_gradient(f, x.astype(float)), "the gradient", rtol=ROUNDING)
        assert_dtype(got, np.float64, "the gradient")

    def test_unchanged(self, solution: Any, rng: np.random.Generator) -> None:
        """x is the same afterwards, bit for bit"""
        f, x = Function(rng, (3, 4)), rng.normal(size=(3, 4))
        x[0, 0], x[1, 1] = -0.0, 1e-30
        array = put(solution, x)
        assert_gradient_at(solution, f, array, x)
        assert_same_bits(fetch(array), x, "after the call")

    @pytest.mark.parametrize("call", [1, 2, 6], ids=["first call", "second call", "last call"])
    def test_unchanged_on_error(self, solution: Any, rng: np.random.Generator, call: int) -> None:
        """x is the same afterwards when f raises, and the exception passes through"""
        f, x = Function(rng, (3,)), rng.normal(size=3)
        array = put(solution, x)
        assert_gradient_at(solution, f, array, x)
        assert_raises(lambda: solution.numerical_gradient(failing(call), array))
        assert_same_bits(fetch(array), x, "after f has raised")

    def test_gapped(self, solution: Any, rng: np.random.Generator) -> None:
        """an x that is not contiguous works"""
        assert_gradient_at(solution, Function(rng, (2, 3)), gapped(rng.normal(size=(2, 3))))


class TestCalls:
    @pytest.mark.parametrize("shape", [(5,), (2, 3)], ids=["one axis", "matrix"])
    def test_count(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """f is called exactly twice for each element of x"""
        f, x = Function(rng, shape), rng.normal(size=shape)
        got = solution.numerical_gradient(f, x)
        count = len(f.points)
        assert_close(got, numerical_gradient(f, x), "the gradient", rtol=ROUNDING)
        expect(count == 2 * x.size, f"f was called {count} times for an x of {x.size} elements, expected {2 * x.size}")

    @pytest.mark.parametrize(("options", "h"), [({}, 1e-4), ({"h": 0.25}, 0.25)], ids=["h 1e-4 by default", "h 0.25"])
    def test_points(self, solution: Any, rng: np.random.Generator, options: dict[str, float], h: float) -> None:
        """f is called with one element raised or lowered by h, and all others as they are"""
        f, x = Function(rng, (2, 2)), rng.normal(size=(2, 2))
        assert_shape(solution.numerical_gradient(f, x, **options), (2, 2), "the gradient")
        moves = np.array([point - x for point in f.points]).reshape(-1, x.size)
        expected = np.concatenate([h * np.eye(x.size), -h * np.eye(x.size)])
        for move in moves:
            if not is_among(move, expected):
                raise CheckFailed(f"f was called at x + {move.reshape(2, 2).round(9).tolist()}, with h = {h}")
        for move in expected:
            if not is_among(move, moves):
                raise CheckFailed(f"f was never called at x + {move.reshape(2, 2).tolist()}, with h = {h}")


def is_among(move: np.ndarray, moves: np.ndarray) -> bool:
    """Whether one of the moves is this one, up to rounding."""
    return bool(np.any(np.all(np.abs(moves - move) < 1e-9, axis=1)))


def failing(call: int) -> Callable[[np.ndarray], float]:
    """A function that raises ZeroDivisionError when it is called for the `call`-th time."""
    calls: list[int] = []

    def f(x: np.ndarray) -> float:
        calls.append(1)
        if len(calls) == call:
            raise ZeroDivisionError("f cannot be computed here")
        return float(np.sum(np.asarray(x)))

    return f


def assert_raises(call: Callable[[], Any]) -> None:
    """Fail unless the call raises."""
    try:
        call()
    except SolutionRaised:
        return
    raise CheckFailed("f raised ZeroDivisionError, but numerical_gradient returned as if nothing had happened")


def assert_same_bits(got: np.ndarray, expected: np.ndarray, when: str) -> None:
    """Fail unless x is what it was, to the last bit."""
    if got.tobytes() != expected.tobytes():
        move = float(np.max(np.abs(got - expected)))
        raise CheckFailed(f"x has changed {when}, by up to {move:.3g}: put back what was there", got, expected)
