"""Hidden tests of the kata matmul-backward."""

from __future__ import annotations

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    Errors,
    Rejection,
    Solution,
    assert_close,
    gradients,
)
from reference.matmul_backward import matmul_backward, unbroadcast

Shape = tuple[int, ...]

PAIRS: dict[str, tuple[Shape, Shape]] = {
    "matrices": ((2, 3), (3, 4)),
    "square": ((3, 3), (3, 3)),
    "two vectors": ((4,), (4,)),
    "vector and matrix": ((3,), (3, 4)),
    "matrix and vector": ((2, 3), (3,)),
    "batches": ((5, 2, 3), (5, 3, 4)),
    "batch and matrix": ((5, 2, 3), (3, 4)),
    "matrix and batch": ((2, 3), (5, 3, 4)),
    "vector and batch": ((3,), (5, 3, 4)),
    "batch and vector": ((5, 2, 3), (3,)),
    "broadcast batches": ((2, 1, 3, 4), (5, 4, 2)),
    "cubes": ((3, 3, 3), (3, 3, 3)),
    "square broadcast batches": ((4, 1, 3, 3), (2, 3, 3)),
    "batch of 1": ((1, 2, 3), (5, 3, 4)),
    "axes of size 1": ((2, 1, 1, 3), (1, 4, 3, 1)),
    "outer product": ((3, 1), (1, 4)),
}
EMPTY: dict[str, tuple[Shape, Shape]] = {
    "no rows": ((0, 3), (3, 2)),
    "no inner axis": ((2, 0), (0, 3)),
    "no batch": ((1, 2, 3), (0, 3, 4)),
}
TARGETS: dict[str, tuple[Shape, Shape]] = {
    "nothing to sum": ((2, 3), (2, 3)),
    "an axis in front": ((2, 3), (3,)),
    "two axes in front": ((4, 2, 3), (3,)),
    "an axis of size 1": ((2, 3), (2, 1)),
    "an axis of size 1 first": ((2, 3), (1, 3)),
    "both kinds": ((4, 2, 3), (2, 1)),
    "both kinds, square": ((3, 3, 3), (1, 3)),
    "in the middle": ((2, 3, 4, 5), (3, 1, 5)),
    "to a number": ((2, 3), ()),
    "axis in front of size 1": ((1, 3), (3,)),
    "all of size 1": ((2, 1, 3), (1, 1)),
    "no entries": ((0, 3), (1, 3)),
}


def operands(rng: np.random.Generator, pair: tuple[Shape, Shape]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """d_out, a and b."""
    a, b = rng.normal(size=pair[0]), rng.normal(size=pair[1])
    return np.asarray(rng.normal(size=np.matmul(a, b).shape)), a, b


def assert_both(solution: Solution, d_out: np.ndarray | float, a: np.ndarray, b: np.ndarray) -> None:
    """Fail unless both gradients are right."""
    got = gradients(solution.matmul_backward(d_out, a, b), ("d_a", "d_b"), "matmul_backward")
    for name, expected in zip(("d_a", "d_b"), matmul_backward(np.asarray(d_out), a, b), strict=True):
        assert_close(got[name], expected, name)


class TestUnbroadcast:
    @pytest.mark.parametrize("shapes", TARGETS.values(), ids=TARGETS)
    def test_values(self, solution: Solution, rng: np.random.Generator, shapes: tuple[Shape, Shape]) -> None:
        """unbroadcast sums the gradient back to the shape"""
        grad = rng.normal(size=shapes[0])
        assert_close(solution.unbroadcast(grad, shapes[1]), unbroadcast(grad, shapes[1]), f"unbroadcast(grad, {shapes[1]})")

    def test_counts(self, solution: Solution) -> None:
        """of a gradient of ones it gives the number of copies of each entry"""
        assert_close(solution.unbroadcast(np.ones((4, 2, 3)), (2, 1)), np.full((2, 1), 12.0), "unbroadcast(ones, (2, 1))")


class TestGradient:
    @pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
    def test_values(self, solution: Solution, rng: np.random.Generator, pair: tuple[Shape, Shape]) -> None:
        """d_a and d_b are correct, each in the shape of its factor"""
        assert_both(solution, *operands(rng, pair))

    @pytest.mark.parametrize("factor", ["a", "b"])
    def test_derivative(self, solution: Solution, rng: np.random.Generator, factor: str) -> None:
        """moving a or b a little changes the product as the gradient says"""
        for pair in PAIRS.values():
            d_out, a, b = operands(rng, pair)
            got = gradients(solution.matmul_backward(d_out, a, b), ("d_a", "d_b"), "matmul_backward")
            u = rng.normal(size=(a if factor == "a" else b).shape)
            # the product is linear in each factor, so the difference is exact, however large the step
            change = np.sum(d_out * (np.matmul(u, b) if factor == "a" else np.matmul(a, u)))
            what = f"the sum of d_{factor} * u, where {factor} moves by u, for shapes {pair[0]} and {pair[1]}"
            assert_close(np.sum(got[f"d_{factor}"] * u), change, what)


class TestRobustness:
    @pytest.mark.parametrize("pair", EMPTY.values(), ids=EMPTY)
    def test_empty(self, solution: Solution, rng: np.random.Generator, pair: tuple[Shape, Shape]) -> None:
        """axes of size 0 are allowed, and a sum over nothing is 0"""
        assert_both(solution, *operands(rng, pair))

    def test_number(self, solution: Solution, rng: np.random.Generator) -> None:
        """for two vectors d_out may be a number"""
        a, b = rng.normal(size=5), rng.normal(size=5)
        assert_both(solution, 2.5, a, b)

    @pytest.mark.parametrize("layout", list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """arrays in another layout give the same"""
        for pair in ("matrices", "broadcast batches", "matrix and vector"):
            assert_both(solution, *(LAYOUTS[layout](array) for array in operands(rng, PAIRS[pair])))

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """float32 input works"""
        d_out, a, b = (array.astype(np.float32) for array in operands(rng, PAIRS["broadcast batches"]))
        got = gradients(solution.matmul_backward(d_out, a, b), ("d_a", "d_b"), "matmul_backward")
        for name, expected in zip(("d_a", "d_b"), matmul_backward(d_out, a, b), strict=True):
            assert_close(got[name], expected, name, rtol=1e-5)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "unbroadcast(grad, shape)",
            "`shape` does not broadcast to the shape of `grad`",
            lambda s, shape: s.unbroadcast(np.ones((2, 3)), shape),
            ((2, 2), (3, 1, 1), (4, 3), (3, 2)),
            ("shape", "reach", "broadcast"),
            lambda shape: shape,
        ),
    )
