"""Hidden tests of the kata step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import assert_close, assert_shape, expect, gapped, read_only
from reference.step import step

SHAPES = [(6, 5), (7,), (2, 3, 4, 2), (1, 1)]
SHAPE_NAMES = ["matrix", "vector", "images", "one number"]


def assert_step(solution: Any, x: np.ndarray, expected: np.ndarray | None = None) -> None:
    """Fail unless the solution's step of x has the right values; their type is judged elsewhere."""
    out = solution.step(x)
    right = step(x) if expected is None else expected
    assert_shape(out, right.shape, "step(x)")
    assert_close(np.asarray(out).astype(np.float64), right.astype(np.float64), "step(x)")


class TestForward:
    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_values(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """step gives 1 above 0 and 0 below, element by element"""
        x = 2.0 * rng.normal(size=shape)
        x.flat[0] = -1.5
        assert_step(solution, x)
        assert_step(solution, -x)

    def test_at_zero(self, solution: Any) -> None:
        """at exactly 0 the answer is 0"""
        assert_step(solution, np.array([[1.0, 0.0, -0.0, -1.0]]), np.array([[1, 0, 0, 0]]))

    def test_near_zero(self, solution: Any) -> None:
        """small numbers count: 0.3 gives 1, and so does 1e-300"""
        x = np.array([[0.3, 0.499, 1e-9, 1e-300, -1e-300, -1e-9, -0.3]])
        assert_step(solution, x, np.array([[1, 1, 1, 1, 0, 0, 0]]))

    def test_large(self, solution: Any) -> None:
        """large numbers give 1 and 0 too"""
        assert_step(solution, np.array([[3.0, 40.0, 1e300, -3.0, -40.0, -1e300]]), np.array([[1, 1, 1, 0, 0, 0]]))

    @pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
    def test_integers(self, solution: Any, rng: np.random.Generator, dtype: type) -> None:
        """the answer holds integers: neither floats nor booleans"""
        x: np.ndarray = rng.normal(size=(4, 5)).astype(dtype)
        out = solution.step(x)
        assert_shape(out, x.shape, "step(x)")
        kind = np.asarray(out).dtype
        expect(bool(np.issubdtype(kind, np.integer)), f"step(x) has dtype {kind}, expected an integer dtype")
        assert_step(solution, x)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped, np.asfortranarray], ids=["read-only", "gapped", "Fortran"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not in the usual order work"""
        assert_step(solution, layout(rng.normal(size=(5, 4))))

    def test_integer_input(self, solution: Any) -> None:
        """integers are a legal input"""
        assert_step(solution, np.array([[3, 0, -2], [1, -1, 7]]), np.array([[1, 0, 0], [1, 0, 1]]))

    def test_all_on_one_side(self, solution: Any, rng: np.random.Generator) -> None:
        """arrays of positive numbers only, or of negative ones only, keep their shape"""
        x = rng.uniform(0.1, 2.0, size=(3, 4))
        assert_step(solution, x)
        assert_step(solution, -x)
