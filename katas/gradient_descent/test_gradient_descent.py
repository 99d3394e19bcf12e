"""Hidden tests of the kata gradient-descent.

A solution's numerical gradient may use another step than the reference's, so points are compared to five digits: central
differences with any step from 1e-7 to 1e-3 are closer than that, and every mistake is more than ten times further off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    Errors,
    Rejection,
    Solution,
    Watched,
    assert_close,
    assert_dtype,
    expect,
    fetch,
    fill,
    kept,
    put,
    watches_inputs,
)
from reference.gradient_descent import gradient_descent

DIGITS = 1e-5
SHAPES = {"one axis": (3,), "matrix": (2, 2), "three axes": (2, 1, 2)}
SMALL_SHAPES = {"one element": (1,), "no axis": ()}


class Bowl:
    """A slanted bowl, `(x - lowest) A (x - lowest) / 2`, with a matrix A that couples the elements of x.

    Its curvatures run from 0.5 to 3; a single element has the curvature 3. `height` and `width` stretch it.
    """

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...], height: float = 1.0, width: float = 1.0) -> None:
        size = int(np.prod(shape))
        axes, _ = np.linalg.qr(rng.normal(size=(size, size)))
        self.matrix = height * (axes * np.linspace(3.0, 0.5, size)) @ axes.T
        self.lowest = width * np.asarray(rng.normal(size=shape))
        self.start = np.asarray(self.lowest + width * (axes @ rng.uniform(1.0, 2.0, size)).reshape(shape))

    def __call__(self, x: np.ndarray) -> float:
        x = np.asarray(x, dtype=np.float64)
        if x.shape != self.lowest.shape:
            raise ValueError(f"f got an array of shape {x.shape}, but x0 has shape {self.lowest.shape}")
        away = (x - self.lowest).ravel()
        return float(away @ self.matrix @ away / 2)


def valley(x: np.ndarray) -> float:
    """A smooth function of two numbers that is no bowl: a curved valley."""
    across, along = float(x[1] - np.sin(x[0])), float(x[0])
    return 2 * across**2 + float(np.cos(along / 2))


def assert_arrives(solution: Solution, f: Callable[[np.ndarray], float], x0: np.ndarray, *options: Any) -> None:
    """Fail unless the solution's end point is the reference's."""
    got = solution.gradient_descent(f, x0, *options)
    assert_close(got, gradient_descent(f, x0, *options), "the point it returns", rtol=DIGITS)


class TestPath:
    @pytest.mark.parametrize("shape", list(SHAPES.values()), ids=list(SHAPES))
    def test_shapes(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """ten steps lead to the correct point, whatever the number of axes"""
        f = Bowl(rng, shape)
        assert_arrives(solution, f, f.start, 0.1, 10)

    def test_one_step(self, solution: Solution, rng: np.random.Generator) -> None:
        """one step is x0 - lr * gradient"""
        f = Bowl(rng, (3,))
        slope = f.matrix @ (f.start - f.lowest)
        got = solution.gradient_descent(f, f.start, 0.2, 1)
        assert_close(got, f.start - 0.2 * slope, "the point it returns", rtol=DIGITS)

    def test_valley(self, solution: Solution, rng: np.random.Generator) -> None:
        """it follows the bends of a curved valley"""
        assert_arrives(solution, valley, rng.uniform(0.5, 1.5, 2), 0.15, 30)

    def test_minimum(self, solution: Solution, rng: np.random.Generator) -> None:
        """with enough steps it arrives at the lowest point of a bowl"""
        f = Bowl(rng, (2,))
        got = solution.gradient_descent(f, f.start, 0.5, 60)
        assert_close(got, f.lowest, "the point it returns", rtol=1e-4)

    def test_too_large_rate(self, solution: Solution, rng: np.random.Generator) -> None:
        """it takes its steps even where a large lr makes them climb"""
        f = Bowl(rng, (3,))
        assert_arrives(solution, f, f.start, 1.0, 3)

    def test_flat(self, solution: Solution, rng: np.random.Generator) -> None:
        """it takes its steps even where the function is nearly flat"""
        f = Bowl(rng, (3,), height=1e-10)
        assert_arrives(solution, f, f.start, 1e9, 5)

    def test_short_steps(self, solution: Solution, rng: np.random.Generator) -> None:
        """it takes its steps even where they are shorter than 1e-6"""
        f = Bowl(rng, (3,), width=1e-4)
        assert_arrives(solution, f, f.start, 1e-3, 30)


class TestSteps:
    def test_defaults(self, solution: Solution, rng: np.random.Generator) -> None:
        """lr is 0.01 and steps 100 when they are not given"""
        f = Bowl(rng, (2,))
        assert_arrives(solution, f, f.start)

    @pytest.mark.parametrize("steps", [2, 3, 12, 130])
    def test_number(self, solution: Solution, rng: np.random.Generator, steps: int) -> None:
        """it takes as many steps as it is told"""
        f = Bowl(rng, (3,))
        assert_arrives(solution, f, f.start, 0.02, steps)

    @pytest.mark.parametrize("lr", [0.003, 0.05, 0.3])
    def test_rate(self, solution: Solution, rng: np.random.Generator, lr: float) -> None:
        """its steps are as long as lr says"""
        f = Bowl(rng, (3,))
        assert_arrives(solution, f, f.start, lr, 6)


class TestRobustness:
    @watches_inputs
    def test_start_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """x0 is the same afterwards"""
        f = Bowl(rng, (3,))
        watched = Watched(solution)
        got = solution.gradient_descent(f, watched.keep("x0", f.start), 0.1, 5)
        expect(not np.array_equal(got, f.start), "the point it returns is x0")
        watched.assert_unchanged("gradient_descent")

    def test_no_steps(self, solution: Solution, rng: np.random.Generator) -> None:
        """no steps lead to a copy of x0"""
        f = Bowl(rng, (3,))
        start = put(solution, f.start)
        point = kept(solution.gradient_descent)(f, start, 0.1, 0)
        assert_close(fetch(point), f.start, "the point it returns")
        fill(start, (), np.zeros(3))
        expect(bool(np.any(fetch(point))), "the point it returned is x0 itself: it changes when the caller changes x0")

    def test_second_run(self, solution: Solution, rng: np.random.Generator) -> None:
        """every call starts afresh, whatever came before"""
        bowls = [Bowl(rng, shape) for shape in ((2, 2), (3,))]
        ends = [solution.gradient_descent(f, f.start, 0.1, 5) for f in bowls]
        for f, end in zip(bowls, ends, strict=True):
            expect(not np.array_equal(end, f.start), "the point it returns is x0")
            again = solution.gradient_descent(f, f.start, 0.1, 5)
            assert_close(again, end, "the point of the second run, compared with the first", rtol=DIGITS)

    @pytest.mark.parametrize("shape", list(SMALL_SHAPES.values()), ids=list(SMALL_SHAPES))
    def test_small_shapes(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """an x0 of a single number works, with axes or without"""
        f = Bowl(rng, shape)
        assert_arrives(solution, f, f.start, 0.1, 10)

    def test_integers(self, solution: Solution, rng: np.random.Generator) -> None:
        """integer x0 works, and the steps are not cut off to integers"""
        f = Bowl(rng, (3,))
        assert_arrives(solution, f, np.array([2, -1, 3]), 0.1, 8)


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """an x0 in another layout gives the same"""
        f = Bowl(rng, (2, 3))
        expected = solution.gradient_descent(f, f.start, 0.1, 4)
        expect(not np.array_equal(expected, f.start), "the point it returns is x0")
        got = solution.gradient_descent(f, LAYOUTS[layout](f.start), 0.1, 4)
        assert_close(got, expected, "the point it returns, compared with an ordinary x0", rtol=DIGITS)

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """a float32 x0 leads where the same numbers in float64 lead"""
        f = Bowl(rng, (2, 2))
        start = f.start.astype(np.float32)
        got, expected = (solution.gradient_descent(f, x0, 0.1, 4) for x0 in (start, start.astype(float)))
        expect(not np.array_equal(expected, start), "the point it returns is x0")
        assert_close(got, expected, "the point it returns, compared with float64", rtol=DIGITS)
        assert_dtype(got, np.float64, "the point it returns")


class TestErrors(Errors):
    rejections = (
        Rejection(
            "gradient_descent(...)",
            "`lr` is zero or negative",
            lambda s, v: s.gradient_descent(valley, np.ones(2), v, 2),
            (0.0, -0.1),
            "lr",
        ),
        Rejection(
            "gradient_descent(...)",
            "`steps` is negative",
            lambda s, v: s.gradient_descent(valley, np.ones(2), 0.1, v),
            (-1, -20),
            "steps",
        ),
    )
