"""Hidden tests of the kata step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from harness.testing import LAYOUTS, Solution, Watched, assert_close, assert_shape, expect, watches_inputs
from reference.step import step

SHAPES = {"matrix": (6, 5), "vector": (11,), "images": (2, 3, 4, 2)}
SMALL_SHAPES = {"one element": (1, 1), "no axis": ()}
INTEGERS = {"int64": np.int64, "int8": np.int8, "uint8": np.uint8}


def assert_step(solution: Solution, x: np.ndarray) -> None:
    """Fail unless the solution's step of x has the right values; their type is judged elsewhere."""
    out = solution.step(x)
    assert_shape(out, x.shape, "step(x)")
    assert_close(np.asarray(out).astype(np.float64), step(x).astype(np.float64), "step(x)")


def either_sign(rng: np.random.Generator, magnitudes: np.ndarray) -> np.ndarray:
    """The magnitudes and their negatives, in random order, as a matrix of two columns."""
    return rng.permutation(np.concatenate([magnitudes, -magnitudes])).reshape(-1, 2)


class TestForward:
    @pytest.mark.parametrize("shape", list(SHAPES.values()), ids=list(SHAPES))
    def test_values(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """step gives 1 above 0 and 0 below, element by element"""
        x = 2.0 * rng.normal(size=shape)
        assert_step(solution, x)
        assert_step(solution, -x)

    def test_at_zero(self, solution: Solution, rng: np.random.Generator) -> None:
        """0.0 and -0.0 give 0"""
        assert_step(solution, rng.permutation([0.0, -0.0, 0.0, -0.0, -0.0, 1.0, 2.0, -1.0, -2.0, 3.0]).reshape(2, 5))

    def test_below_one(self, solution: Solution, rng: np.random.Generator) -> None:
        """0.3 gives 1, and so does 0.01: the threshold is 0"""
        assert_step(solution, either_sign(rng, np.linspace(0.01, 0.99, 18)))

    def test_tiny(self, solution: Solution, rng: np.random.Generator) -> None:
        """numbers count however small they are: 1e-9 gives 1, and so does 1e-300"""
        assert_step(solution, either_sign(rng, 10.0 ** np.concatenate([-np.arange(3.0, 20.0), [-30, -50, -300]])))

    def test_large(self, solution: Solution, rng: np.random.Generator) -> None:
        """large numbers and infinities give 1 and 0 too"""
        assert_step(solution, either_sign(rng, np.array([3.0, 40.0, 1e9, 1e20, 1e300, np.inf, np.inf, np.inf])))

    @pytest.mark.parametrize("sign", [1.0, -1.0], ids=["positive", "negative"])
    def test_one_side(self, solution: Solution, rng: np.random.Generator, sign: float) -> None:
        """an array of nothing but {sign} numbers is no special case"""
        assert_step(solution, sign * rng.uniform(0.1, 2.0, size=(3, 4)))

    @pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
    def test_integers_out(self, solution: Solution, rng: np.random.Generator, dtype: type) -> None:
        """the answer holds integers: neither floats nor booleans"""
        x: np.ndarray = rng.normal(size=(4, 5)).astype(dtype)
        out = solution.step(x)
        assert_shape(out, x.shape, "step(x)")
        kind = np.asarray(out).dtype
        expect(bool(np.issubdtype(kind, np.integer)), f"step(x) has dtype {kind}, expected an integer dtype")
        assert_step(solution, x)


class TestRobustness:
    @pytest.mark.parametrize("shape", list(SMALL_SHAPES.values()), ids=list(SMALL_SHAPES))
    def test_small_shapes(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """arrays of a single number work, with axes or without"""
        x = np.asarray(2.0 * rng.normal(size=shape))
        assert_step(solution, x)
        assert_step(solution, np.asarray(-x))  # -x alone would be a number where x has no axis

    @pytest.mark.parametrize("dtype", list(INTEGERS.values()), ids=list(INTEGERS))
    def test_integers_in(self, solution: Solution, rng: np.random.Generator, dtype: type) -> None:
        """integers are a legal input, signed or not"""
        lowest = max(np.iinfo(dtype).min, -9)
        values = np.append(np.arange(lowest, lowest + 18), [1, 100])
        assert_step(solution, rng.permutation(values).astype(dtype).reshape(4, 5))

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """x stays as it is"""
        watched = Watched(solution)
        out = solution.step(watched.keep("x", rng.normal(size=(5, 4))))
        expect(bool(np.any(out)), "step(x) is 0 everywhere")
        watched.assert_unchanged("step")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS.values()), ids=list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """arrays in another layout give the same"""
        x = rng.normal(size=(5, 4))
        expected = np.asarray(solution.step(x))
        expect(bool(np.any(expected)), "step(x) is 0 everywhere")
        assert_close(solution.step(layout(x)), expected, "step(x), compared with an ordinary array")
