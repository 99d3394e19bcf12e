"""Hidden tests of the kata tanh."""

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
from reference.tanh import Tanh

SHAPES = [(6, 5), (7,), (2, 3, 4, 2)]
SHAPE_NAMES = ["matrix", "vector", "images"]
FAR_OUT = np.array([[-1e300, -1e4, -1000.0, -710.0, -360.0], [360.0, 710.0, 1000.0, 1e4, 1e300]])


class TestForward:
    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_values(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """forward gives (exp(x) - exp(-x)) / (exp(x) + exp(-x)), element by element"""
        x = 1.5 * rng.normal(size=shape)
        assert_close(solution.Tanh().forward(x), Tanh().forward(x), "forward(x)")

    def test_known_values(self, solution: Any) -> None:
        """0 at 0, 3/5 at log(2), and -3/5 at -log(2)"""
        x = np.array([[0.0, np.log(2.0), -np.log(2.0)]])
        assert_close(solution.Tanh().forward(x), np.array([[0.0, 0.6, -0.6]]), "forward([0, log 2, -log 2])")

    def test_far_out(self, solution: Any) -> None:
        """far out the answer is -1 or 1, to rounding"""
        expected = np.array([[-1.0] * 5, [1.0] * 5])
        assert_close(solution.Tanh().forward(FAR_OUT), expected, "forward(x)", rtol=1e-15)

    def test_warnings(self, solution: Any, rng: np.random.Generator) -> None:
        """NumPy gives no warning, however large x is"""
        x = np.concatenate([FAR_OUT.ravel(), rng.normal(size=5)])
        assert_close(solution.Tanh().forward(x), Tanh().forward(x), "forward(x)")
        assert_no_warnings(solution)


class TestGradient:
    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_own_forward(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """backward is the derivative of your own forward pass"""
        assert_own_gradient(LayerCase(solution.Tanh(), rng.normal(size=shape)), "d_x", rng)

    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_reference(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """backward gives the right gradient"""
        case = LayerCase(solution.Tanh(), rng.normal(size=shape))
        assert_reference_gradient(case, Tanh(), "d_x", rng)

    def test_far_out(self, solution: Any, rng: np.random.Generator) -> None:
        """far out the gradient is 0, without a warning"""
        layer = solution.Tanh()
        x = np.concatenate([FAR_OUT.ravel(), [0.0]])
        layer.forward(x)
        expected = np.array([0.0] * FAR_OUT.size + [2.0])
        assert_close(layer.backward(np.full(x.shape, 2.0)), expected, "d_x", rtol=1e-15)
        assert_no_warnings(solution)

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again, and a new d_out another one"""
        theirs, ours = solution.Tanh(), Tanh()
        x, first, second = rng.normal(size=(3, 4, 3))
        theirs.forward(x)
        ours.forward(x)
        for call, d_out in enumerate((first, first, second), start=1):
            assert_close(theirs.backward(d_out), ours.backward(d_out), f"d_x of backward number {call}")

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the size of its batch"""
        theirs, ours = solution.Tanh(), Tanh()
        for n in (6, 6, 2):
            assert_reference_gradient(LayerCase(theirs, rng.normal(size=(n, 3))), ours, "d_x", rng)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers in one network do not disturb each other"""
        layers = [(solution.Tanh(), Tanh()) for _ in range(2)]
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
        theirs, ours = solution.Tanh(), Tanh()
        x, d_out = layout(rng.normal(size=(5, 4))), layout(rng.normal(size=(5, 4)))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        assert_close(theirs.backward(d_out), ours.backward(d_out), "d_x")

    def test_float32(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 in, float32 out, forward and backward"""
        theirs, ours = solution.Tanh(), Tanh()
        x, d_out = rng.normal(size=(2, 4, 3)).astype(np.float32)
        for got, expected, what in (
            (theirs.forward(x), ours.forward(x), "forward(x)"),
            (theirs.backward(d_out), ours.backward(d_out), "d_x"),
        ):
            assert_close(got, expected, what, rtol=1e-5)
            assert_dtype(got, np.float32, what)

    def test_float32_far_out(self, solution: Any) -> None:
        """far out the answer is -1 or 1 in float32 as well"""
        x = np.array([[-1e30, -1000.0, -100.0, 100.0, 1000.0, 1e30]], dtype=np.float32)
        expected = np.array([[-1, -1, -1, 1, 1, 1]], dtype=np.float32)
        assert_close(solution.Tanh().forward(x), expected, "forward(x)", rtol=1e-6)
