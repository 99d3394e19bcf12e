"""Hidden tests of the kata flatten."""

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
    assert_shape,
    gapped,
    read_only,
)
from reference.flatten import Flatten

SHAPES = [(2, 3, 4, 5), (4, 6), (3, 2, 5), (2, 3, 2, 2, 3)]
SHAPE_NAMES = ["images", "matrix", "sequences", "volumes"]
SMALL_SHAPES = [(1, 2, 3, 4), (5, 1, 2, 1), (1, 1, 1, 1)]
SMALL_NAMES = ["batch of one", "one channel", "one number"]


class TestForward:
    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_values(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """forward makes one row of each sample, the last axis running fastest"""
        x = rng.normal(size=shape)
        assert_close(solution.Flatten().forward(x), Flatten().forward(x), "forward(x)")

    @pytest.mark.parametrize("shape", SMALL_SHAPES, ids=SMALL_NAMES)
    def test_axes_of_length_one(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """the output has two axes, also where axes have length 1"""
        x = rng.normal(size=shape)
        assert_close(solution.Flatten().forward(x), Flatten().forward(x), "forward(x)")

    def test_counted(self, solution: Any) -> None:
        """counting numbers in an image come out in counting order"""
        x = np.arange(24.0).reshape(2, 3, 2, 2)
        assert_close(solution.Flatten().forward(x), np.arange(24.0).reshape(2, 12), "forward(x)")


class TestGradient:
    @pytest.mark.parametrize("shape", [(2, 2, 3, 3), (3, 4)], ids=["images", "matrix"])
    def test_own_forward(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """backward is the derivative of your own forward pass"""
        assert_own_gradient(LayerCase(solution.Flatten(), rng.normal(size=shape)), "d_x", rng)

    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_reference(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """backward puts every number back where it came from"""
        case = LayerCase(solution.Flatten(), rng.normal(size=shape))
        assert_reference_gradient(case, Flatten(), "d_x", rng)

    @pytest.mark.parametrize("shape", SMALL_SHAPES, ids=SMALL_NAMES)
    def test_axes_of_length_one(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """the gradient has the shape of x, axes of length 1 included"""
        case = LayerCase(solution.Flatten(), rng.normal(size=shape))
        assert_reference_gradient(case, Flatten(), "d_x", rng)

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the shape of its input"""
        theirs, ours = solution.Flatten(), Flatten()
        for shape in ((6, 2, 3, 2), (2, 2, 3, 2), (2, 3, 2, 2)):
            assert_reference_gradient(LayerCase(theirs, rng.normal(size=shape)), ours, "d_x", rng)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers in one network do not disturb each other"""
        shapes = [(2, 3, 4), (2, 6, 2)]
        layers = [solution.Flatten() for _ in shapes]
        for layer, shape in zip(layers, shapes, strict=True):
            assert_shape(layer.forward(rng.normal(size=shape)), (2, 12), "forward(x)")
        d_out = rng.normal(size=(2, 12))
        for layer, shape in zip(layers, shapes, strict=True):
            assert_close(layer.backward(d_out), d_out.reshape(shape), "d_x")


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped, np.asfortranarray], ids=["read-only", "gapped", "Fortran"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not in the usual order in memory work, forward and backward"""
        theirs, ours = solution.Flatten(), Flatten()
        x, d_out = layout(rng.normal(size=(3, 2, 4, 3))), layout(rng.normal(size=(3, 24)))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        assert_close(theirs.backward(d_out), ours.backward(d_out), "d_x")

    def test_float32(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 in, float32 out, forward and backward"""
        theirs, ours = solution.Flatten(), Flatten()
        x, d_out = rng.normal(size=(3, 2, 4)).astype(np.float32), rng.normal(size=(3, 8)).astype(np.float32)
        for got, expected, what in (
            (theirs.forward(x), ours.forward(x), "forward(x)"),
            (theirs.backward(d_out), ours.backward(d_out), "d_x"),
        ):
            assert_close(got, expected, what)
            assert_dtype(got, np.float32, what)

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again"""
        theirs, ours = solution.Flatten(), Flatten()
        x, d_out = rng.normal(size=(3, 2, 2)), rng.normal(size=(3, 4))
        theirs.forward(x)
        ours.forward(x)
        for call in ("first", "second"):
            assert_close(theirs.backward(d_out), ours.backward(d_out), f"d_x of the {call} call")
