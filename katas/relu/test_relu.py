"""Hidden tests of the kata relu."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import (
    LayerCase,
    assert_close,
    assert_dtype,
    assert_own_gradient,
    assert_reference_gradient,
    gapped,
    read_only,
)
from reference.relu import ReLU

SHAPES = pytest.mark.parametrize("shape", [(4, 5), (2, 3, 4, 5), (7,)], ids=["(4, 5)", "(2, 3, 4, 5)", "(7,)"])


def away_from_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values of both signs, none closer than 0.1 to the kink at zero."""
    sign = np.where(np.arange(np.prod(shape)) % 2, 1.0, -1.0)
    return rng.permutation(sign).reshape(shape) * rng.uniform(0.1, 2.0, shape)


class TestForward:
    @SHAPES
    def test_values(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """negative values become 0, positive ones stay"""
        x = away_from_zero(rng, shape)
        assert_close(solution.ReLU().forward(x), np.where(x > 0, x, 0.0), "forward(x)")

    def test_special_values(self, solution: Any) -> None:
        """zero, tiny and huge values come out exactly"""
        x = np.array([0.0, -0.0, 1e-300, -1e-300, 7.0, 1e300, -1e300])
        assert_close(solution.ReLU().forward(x), np.array([0.0, 0.0, 1e-300, 0.0, 7.0, 1e300, 0.0]), "forward(x)", rtol=0.0)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers do not share what they remember"""
        first, second = solution.ReLU(), solution.ReLU()
        a, b = away_from_zero(rng, (3, 4)), away_from_zero(rng, (3, 4))
        d_out = rng.normal(size=(3, 4))
        first.forward(a)
        second.forward(b)
        assert_close(first.backward(d_out), d_out * (a > 0), "d_x of the first layer")
        assert_close(second.backward(d_out), d_out * (b > 0), "d_x of the second layer")


class TestGradient:
    @SHAPES
    def test_own_forward(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """d_x is the derivative of your own forward pass"""
        assert_own_gradient(LayerCase(solution.ReLU(), away_from_zero(rng, shape)), "d_x", rng)

    @SHAPES
    def test_reference(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """d_x is right"""
        assert_reference_gradient(LayerCase(solution.ReLU(), away_from_zero(rng, shape)), ReLU(), "d_x", rng)

    def test_at_zero(self, solution: Any, rng: np.random.Generator) -> None:
        """the derivative at exactly 0 is 0"""
        layer = solution.ReLU()
        layer.forward(np.array([[0.0, -0.0, 1.0, -1.0, 1e-12]]))
        d_out = rng.uniform(0.5, 1.5, (1, 5))
        assert_close(layer.backward(d_out), d_out * np.array([0.0, 0.0, 1.0, 0.0, 1.0]), "d_x")

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again"""
        layer, x, d_out = solution.ReLU(), away_from_zero(rng, (4, 5)), rng.normal(size=(4, 5))
        layer.forward(x)
        layer.backward(d_out)
        assert_close(layer.backward(d_out), d_out * (x > 0), "d_x of the second call")

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the size of its batch"""
        layer = solution.ReLU()
        for n in (6, 6, 1, 3):
            assert_reference_gradient(LayerCase(layer, away_from_zero(rng, (n, 4))), ReLU(), "d_x", rng)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work, forward and backward"""
        layer = solution.ReLU()
        x, d_out = layout(away_from_zero(rng, (4, 6))), layout(rng.normal(size=(4, 6)))
        assert_close(layer.forward(x), np.where(x > 0, x, 0.0), "forward(x)")
        assert_close(layer.backward(d_out), d_out * (x > 0), "d_x")

    def test_float32(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 stays float32, forward and backward"""
        layer = solution.ReLU()
        x, d_out = away_from_zero(rng, (4, 5)).astype(np.float32), rng.normal(size=(4, 5)).astype(np.float32)
        out = layer.forward(x)
        assert_close(out, np.where(x > 0, x, 0), "forward(x)")
        assert_dtype(out, np.float32, "forward(x)")
        d_x = layer.backward(d_out)
        assert_close(d_x, d_out * (x > 0), "d_x")
        assert_dtype(d_x, np.float32, "d_x")

    def test_inputs_kept(self, solution: Any, rng: np.random.Generator) -> None:
        """neither x nor d_out is changed"""
        layer = solution.ReLU()
        x, d_out = away_from_zero(rng, (4, 5)), rng.normal(size=(4, 5))
        assert_close(layer.forward(x), np.where(x > 0, x, 0.0), "forward(x)")
        assert_close(layer.backward(d_out), d_out * (x > 0), "d_x")
