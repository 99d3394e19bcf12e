"""Hidden tests of the kata softmax."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import (
    LayerCase,
    assert_close,
    assert_dtype,
    assert_no_warnings,
    assert_own_gradient,
    assert_reference_gradient,
    gapped,
    read_only,
)
from reference.softmax import Softmax

SHAPES = [(5, 4), (6,), (3, 4, 5), (2, 3, 3, 4)]
SHAPE_NAMES = ["matrix", "vector", "sequences", "heads"]
MANY = 100_000


class TestForward:
    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_values(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """forward gives exp(x) / sum(exp(x)) along the last axis"""
        x = 2.0 * rng.normal(size=shape)
        assert_close(solution.Softmax().forward(x), Softmax().forward(x), "forward(x)")

    def test_known_values(self, solution: Any) -> None:
        """the logarithms of 1, 2, 3 and 4 give 0.1, 0.2, 0.3 and 0.4"""
        x = np.log([[1.0, 2.0, 3.0, 4.0]])
        assert_close(solution.Softmax().forward(x), np.array([[0.1, 0.2, 0.3, 0.4]]), "forward(log([1, 2, 3, 4]))")

    def test_sum(self, solution: Any, rng: np.random.Generator) -> None:
        """every row sums to 1, to rounding"""
        x = 2.0 * rng.normal(size=(4, 3, 5))
        out = solution.Softmax().forward(x)
        assert_close(out, Softmax().forward(x), "forward(x)")
        assert_close(np.sum(out, axis=-1), np.ones((4, 3)), "the sums of forward(x)", rtol=1e-12)

    def test_large_scores(self, solution: Any, rng: np.random.Generator) -> None:
        """large scores give finite and right probabilities, without a warning"""
        x = rng.normal(size=(6, 5)) + np.array([[1e4], [-1e4], [1000.0], [-1000.0], [710.0], [0.0]])
        assert_close(solution.Softmax().forward(x), Softmax().forward(x), "forward(x)")
        assert_no_warnings(solution)

    def test_wide_rows(self, solution: Any) -> None:
        """scores of a row that lie far apart give 0 and 1, without a warning"""
        x = np.array([[-1e4, 0.0, 1e4], [0.0, 800.0, -800.0], [1000.0, 600.0, 1000.0]])
        expected = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
        # x - log(sum(exp(x))) is right too, and off by 1e-13 near 1000
        assert_close(solution.Softmax().forward(x), expected, "forward(x)", rtol=5e-13)
        assert_no_warnings(solution)


class TestGradient:
    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_own_forward(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """backward is the derivative of your own forward pass"""
        assert_own_gradient(LayerCase(solution.Softmax(), rng.normal(size=shape)), "d_x", rng)

    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_reference(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """backward gives the right gradient"""
        case = LayerCase(solution.Softmax(), rng.normal(size=shape))
        assert_reference_gradient(case, Softmax(), "d_x", rng)

    def test_large_scores(self, solution: Any, rng: np.random.Generator) -> None:
        """large scores give finite and right gradients, without a warning"""
        x = rng.normal(size=(4, 5)) + np.array([[1e4], [-1e4], [1000.0], [0.0]])
        assert_reference_gradient(LayerCase(solution.Softmax(), x), Softmax(), "d_x", rng)
        assert_no_warnings(solution)

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again, and a new d_out another one"""
        theirs, ours = solution.Softmax(), Softmax()
        x, first, second = rng.normal(size=(3, 4, 3))
        theirs.forward(x)
        ours.forward(x)
        for call, d_out in enumerate((first, first, second), start=1):
            assert_close(theirs.backward(d_out), ours.backward(d_out), f"d_x of backward number {call}")

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the size of its batch"""
        theirs, ours = solution.Softmax(), Softmax()
        for n in (6, 6, 2):
            assert_reference_gradient(LayerCase(theirs, rng.normal(size=(n, 3))), ours, "d_x", rng)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers in one network do not disturb each other"""
        layers = [(solution.Softmax(), Softmax()) for _ in range(2)]
        x, d_out = rng.normal(size=(2, 4, 3)), rng.normal(size=(4, 3))
        for (theirs, ours), one in zip(layers, x, strict=True):
            theirs.forward(one)
            ours.forward(one)
        for theirs, ours in layers:
            assert_close(theirs.backward(d_out), ours.backward(d_out), "d_x")


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped, np.asfortranarray], ids=["read-only", "gapped", "Fortran"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not in the usual order work, forward and backward"""
        theirs, ours = solution.Softmax(), Softmax()
        x, d_out = layout(rng.normal(size=(5, 4))), layout(rng.normal(size=(5, 4)))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        assert_close(theirs.backward(d_out), ours.backward(d_out), "d_x")

    def test_float32(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 in, float32 out, forward and backward"""
        theirs, ours = solution.Softmax(), Softmax()
        x, d_out = rng.normal(size=(2, 4, 3)).astype(np.float32)
        for got, expected, what in (
            (theirs.forward(x), ours.forward(x), "forward(x)"),
            (theirs.backward(d_out), ours.backward(d_out), "d_x"),
        ):
            assert_close(got, expected, what, rtol=1e-5)
            assert_dtype(got, np.float32, what)

    def test_many_scores(self, solution: Any, rng: np.random.Generator) -> None:
        """a row of 100,000 scores works: its Jacobian, of 80 GB, is never built"""
        theirs, ours = solution.Softmax(), Softmax()
        x, d_out = rng.normal(size=(2, 1, MANY))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        assert_close(theirs.backward(d_out), ours.backward(d_out), "d_x")
