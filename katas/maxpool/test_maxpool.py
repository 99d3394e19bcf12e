"""Hidden tests of the kata maxpool."""

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
    assert_rejects,
    gapped,
    read_only,
)
from reference.maxpool import MaxPool2d

Shape = tuple[int, int, int, int]
Window = dict[str, Any]

CASES: dict[str, tuple[Shape, Window]] = {
    "side by side": ((2, 3, 6, 4), {"kernel_size": 2}),
    "overlapping": ((2, 2, 7, 9), {"kernel_size": 3, "stride": 2}),
    "one pixel apart": ((1, 2, 5, 4), {"kernel_size": 3, "stride": 1}),
    "pixels left over": ((2, 2, 8, 7), {"kernel_size": 3}),
    "gaps": ((3, 1, 7, 8), {"kernel_size": 2, "stride": 3}),
    "single pixels": ((2, 2, 5, 4), {"kernel_size": 1, "stride": 2}),
    "one window": ((1, 1, 4, 4), {"kernel_size": 4}),
}


def cases(*names: str) -> pytest.MarkDecorator:
    """Parametrises a check by the named cases, or by all of them."""
    names = names or tuple(CASES)
    return pytest.mark.parametrize(("shape", "window"), [CASES[name] for name in names], ids=names)


def distinct(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Images without ties, of both signs: no two values are nearer than 0.05."""
    size = int(np.prod(shape))
    return 0.05 * (rng.permutation(size).reshape(shape) - 0.7 * size)


def layer_pair(solution: Any, window: Window) -> tuple[Any, MaxPool2d]:
    """The learner's layer and the reference."""
    return solution.MaxPool2d(**window), MaxPool2d(**window)


class TestForward:
    @cases()
    def test_values(self, solution: Any, rng: np.random.Generator, shape: Shape, window: Window) -> None:
        """forward gives the maximum of every window"""
        theirs, ours = layer_pair(solution, window)
        x = distinct(rng, shape)
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    def test_negative(self, solution: Any, rng: np.random.Generator) -> None:
        """windows without a positive value have a negative maximum"""
        theirs, ours = layer_pair(solution, {"kernel_size": 2, "stride": 1})
        x = -1e6 * (np.abs(distinct(rng, (2, 2, 4, 5))) + 1.0)
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    def test_stride_by_position(self, solution: Any, rng: np.random.Generator) -> None:
        """stride is the second argument, and None means kernel_size"""
        x = distinct(rng, (2, 2, 6, 7))
        for arguments in ((3, 1), (2, None)):
            theirs, ours = solution.MaxPool2d(*arguments), MaxPool2d(*arguments)
            assert_close(theirs.forward(x), ours.forward(x), "forward(x)")


class TestGradient:
    @cases("side by side", "overlapping", "gaps")
    def test_own_forward(self, solution: Any, rng: np.random.Generator, shape: Shape, window: Window) -> None:
        """backward is the derivative of your own forward pass"""
        theirs, _ = layer_pair(solution, window)
        assert_own_gradient(LayerCase(theirs, distinct(rng, shape)), "d_x", rng)

    @cases("side by side", "overlapping", "one pixel apart", "pixels left over")
    def test_reference(self, solution: Any, rng: np.random.Generator, shape: Shape, window: Window) -> None:
        """every window's gradient goes to its maximum, and a pixel gets the sum over its windows"""
        theirs, ours = layer_pair(solution, window)
        assert_reference_gradient(LayerCase(theirs, distinct(rng, shape)), ours, "d_x", rng)

    def test_flat_window(self, solution: Any) -> None:
        """in a window of equal values the first pixel takes the whole gradient"""
        theirs = solution.MaxPool2d(2)
        theirs.forward(np.zeros((1, 1, 2, 4)))
        expected = np.array([[[[3.0, 0.0, -5.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]])
        assert_close(theirs.backward(np.array([[[[3.0, -5.0]]]])), expected, "d_x")

    @pytest.mark.parametrize("stride", [3, 1], ids=["side by side", "overlapping"])
    def test_ties(self, solution: Any, rng: np.random.Generator, stride: int) -> None:
        """at a tie the first maximum in row-major order takes the whole gradient"""
        theirs, ours = layer_pair(solution, {"kernel_size": 3, "stride": stride})
        x = rng.integers(-2, 2, size=(3, 3, 6, 6)).astype(float)
        assert_reference_gradient(LayerCase(theirs, x), ours, "d_x", rng)

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again"""
        theirs, ours = layer_pair(solution, {"kernel_size": 2, "stride": 1})
        x, d_out = distinct(rng, (2, 2, 4, 5)), rng.normal(size=(2, 2, 3, 4))
        theirs.forward(x)
        ours.forward(x)
        theirs.backward(d_out)
        assert_close(theirs.backward(d_out), ours.backward(d_out), "d_x of the second call")

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the shape of its batch"""
        theirs, ours = layer_pair(solution, {"kernel_size": 3, "stride": 2})
        for shape in ((3, 2, 7, 7), (3, 2, 7, 7), (1, 2, 8, 8), (2, 1, 5, 9)):
            assert_reference_gradient(LayerCase(theirs, distinct(rng, shape)), ours, "d_x", rng)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped, np.asfortranarray], ids=["read-only", "gapped", "Fortran"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or laid out differently work, forward and backward"""
        theirs, ours = layer_pair(solution, {"kernel_size": 2, "stride": 1})
        x, d_out = layout(distinct(rng, (2, 3, 4, 5))), layout(rng.normal(size=(2, 3, 3, 4)))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        assert_close(theirs.backward(d_out), ours.backward(d_out), "d_x")

    def test_float32(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 in gives float32 out, forward and backward"""
        theirs, ours = layer_pair(solution, {"kernel_size": 3, "stride": 2})
        x, d_out = (a.astype(np.float32) for a in (distinct(rng, (2, 2, 7, 7)), rng.normal(size=(2, 2, 3, 3))))
        for name, got, expected in (
            ("forward(x)", theirs.forward(x), ours.forward(x)),
            ("d_x", theirs.backward(d_out), ours.backward(d_out)),
        ):
            assert_close(got, expected, name)
            assert_dtype(got, np.float32, name)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers do not share what they remember"""
        window: Window = {"kernel_size": 2}
        (first, ours), (second, _) = layer_pair(solution, window), layer_pair(solution, window)
        x, d_out = distinct(rng, (2, 2, 6, 6)), rng.normal(size=(2, 2, 3, 3))
        first.forward(x)
        second.forward(distinct(rng, (2, 2, 6, 6)))
        ours.forward(x)
        assert_close(first.backward(d_out), ours.backward(d_out), "d_x of the first layer")

    @pytest.mark.parametrize("shape", [(2, 1, 3, 6), (2, 1, 6, 3)], ids=["too high", "too wide"])
    def test_large_kernel(self, solution: Any, rng: np.random.Generator, shape: Shape) -> None:
        """a kernel larger than the image raises ValueError"""
        theirs, ours = layer_pair(solution, {"kernel_size": 4})
        x = distinct(rng, (2, 1, 4, 4))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        assert_rejects(lambda: theirs.forward(distinct(rng, shape)), ("kernel_size", "kernel"), 4)

    def test_negative_stride(self, solution: Any, rng: np.random.Generator) -> None:
        """a negative stride raises ValueError"""
        x = distinct(rng, (2, 1, 4, 4))
        theirs, ours = layer_pair(solution, {"kernel_size": 2, "stride": 1})
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        assert_rejects(lambda: solution.MaxPool2d(2, stride=-1).forward(x), "stride", -1)
