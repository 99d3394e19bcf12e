"""Hidden tests of the kata gradient-descent.

A solution's numerical gradient may use another step than the reference's, so points are compared to five digits: central
differences with any step from 1e-7 to 1e-3 are closer than that, and every mistake is more than ten times further off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import assert_close, fetch, put
from reference.gradient_descent import gradient_descent

DIGITS = 1e-5
SHAPES = {"one axis": (3,), "matrix": (2, 2), "three axes": (2, 1, 2), "one element": (1,)}


class Bowl:
    """A slanted bowl, `(x - lowest) A (x - lowest) / 2`, with a matrix A that couples the elements of x.

    Its curvatures run from 0.5 to 3 times `scale`; a single element has the curvature 3.
    """

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...], scale: float = 1.0) -> None:
        size = int(np.prod(shape))
        axes, _ = np.linalg.qr(rng.normal(size=(size, size)))
        self.matrix = scale * (axes * np.linspace(3.0, 0.5, size)) @ axes.T
        self.lowest = rng.normal(size=shape)
        self.start = self.lowest + (axes @ rng.uniform(1.0, 2.0, size)).reshape(shape)

    def __call__(self, x: np.ndarray) -> float:
        x = np.asarray(x, dtype=np.float64)
        if x.shape != self.lowest.shape:
            raise ValueError(f"f got an array of shape {x.shape}, but x0 has the shape {self.lowest.shape}")
        away = (x - self.lowest).ravel()
        return float(away @ self.matrix @ away / 2)


def valley(x: np.ndarray) -> float:
    """A smooth function of two numbers that is no bowl: a curved valley."""
    across, along = float(x[1] - np.sin(x[0])), float(x[0])
    return 2 * across**2 + float(np.cos(along / 2))


def assert_arrives(solution: Any, f: Any, x0: np.ndarray, **options: Any) -> None:
    """Fail unless the solution's end point is the reference's."""
    got = solution.gradient_descent(f, x0, **options)
    assert_close(got, gradient_descent(f, x0, **options), "the point it returns", rtol=DIGITS)


class TestPath:
    @pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
    def test_shapes(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """ten steps lead to the right point, for arrays of any number of axes"""
        f = Bowl(rng, shape)
        assert_arrives(solution, f, f.start, lr=0.1, steps=10)

    def test_one_step(self, solution: Any, rng: np.random.Generator) -> None:
        """one step is x0 - lr * gradient"""
        f = Bowl(rng, (3,))
        slope = f.matrix @ (f.start - f.lowest)
        got = solution.gradient_descent(f, f.start, lr=0.2, steps=1)
        assert_close(got, f.start - 0.2 * slope, "the point it returns", rtol=DIGITS)

    def test_valley(self, solution: Any, rng: np.random.Generator) -> None:
        """it follows the bends of a curved valley"""
        assert_arrives(solution, valley, rng.uniform(0.5, 1.5, 2), lr=0.15, steps=30)

    def test_minimum(self, solution: Any, rng: np.random.Generator) -> None:
        """with enough steps it arrives at the lowest point of a bowl"""
        f = Bowl(rng, (2,))
        got = solution.gradient_descent(f, f.start, lr=0.5, steps=60)
        assert_close(got, f.lowest, "the point it returns", rtol=1e-4)

    def test_too_large_rate(self, solution: Any, rng: np.random.Generator) -> None:
        """it takes its steps even where a large lr makes them climb"""
        f = Bowl(rng, (2,))
        assert_arrives(solution, f, f.start, lr=1.0, steps=3)

    def test_flat(self, solution: Any, rng: np.random.Generator) -> None:
        """it takes its steps even where the function is nearly flat"""
        f = Bowl(rng, (2,), scale=1e-10)
        assert_arrives(solution, f, f.start, lr=1e9, steps=5)


class TestSteps:
    def test_defaults(self, solution: Any, rng: np.random.Generator) -> None:
        """lr is 0.01 and steps 100 when they are not given"""
        f = Bowl(rng, (2,))
        assert_arrives(solution, f, f.start)

    @pytest.mark.parametrize("steps", [2, 3, 12])
    def test_number(self, solution: Any, rng: np.random.Generator, steps: int) -> None:
        """it takes as many steps as it is told"""
        f = Bowl(rng, (2,))
        assert_arrives(solution, f, f.start, lr=0.1, steps=steps)

    @pytest.mark.parametrize("lr", [0.003, 0.05, 0.3])
    def test_rate(self, solution: Any, rng: np.random.Generator, lr: float) -> None:
        """its steps are as long as lr says"""
        f = Bowl(rng, (2,))
        assert_arrives(solution, f, f.start, lr=lr, steps=6)

    def test_by_position(self, solution: Any, rng: np.random.Generator) -> None:
        """lr and steps may be given by position"""
        f = Bowl(rng, (2,))
        got = solution.gradient_descent(f, f.start, 0.2, 4)
        assert_close(got, gradient_descent(f, f.start, 0.2, 4), "the point it returns", rtol=DIGITS)


class TestRobustness:
    def test_start_unchanged(self, solution: Any, rng: np.random.Generator) -> None:
        """x0 is the same afterwards, and a second run from it ends at the same point"""
        f = Bowl(rng, (3,))
        start = put(solution, f.start)
        expected = gradient_descent(f, f.start, lr=0.1, steps=5)
        for run in ("first", "second"):
            got = solution.gradient_descent(f, start, lr=0.1, steps=5)
            assert_close(got, expected, f"the point of the {run} run", rtol=DIGITS)
            assert_close(fetch(start), f.start, f"x0 after the {run} run", rtol=1e-15)

    def test_integers(self, solution: Any, rng: np.random.Generator) -> None:
        """integer x0 works, and the steps are not cut off to integers"""
        f = Bowl(rng, (3,))
        assert_arrives(solution, f, np.array([2, -1, 3]), lr=0.1, steps=8)

    def test_other_function(self, solution: Any, rng: np.random.Generator) -> None:
        """a second function of another shape starts afresh"""
        for shape in ((2, 2), (3,)):
            f = Bowl(rng, shape)
            assert_arrives(solution, f, f.start, lr=0.1, steps=5)
