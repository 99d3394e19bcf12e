"""Hidden tests of the kata maxpool."""

from __future__ import annotations

import numpy as np
import pytest

from harness.testing import (
    Case,
    Errors,
    Forward,
    Gradient,
    Layer,
    Layouts,
    Rejection,
    Robustness,
    Solution,
    assert_close,
    assert_reference_gradient,
)
from reference.maxpool import MaxPool2d


def distinct(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Images without ties, of both signs: no two values are closer than 0.05."""
    size = int(np.prod(shape))
    return 0.05 * (rng.permutation(size).reshape(shape) - 0.7 * size)


def very_negative(rng: np.random.Generator) -> np.ndarray:
    """Images without a positive value."""
    return -1e12 * (np.abs(distinct(rng, (2, 2, 4, 5))) + 1.0)


MAX_POOL = Layer(
    MaxPool2d,
    "the maximum of every window",
    # kernel_size, stride
    cases={
        "side by side": Case(2, x=(2, 3, 6, 4)),
        "overlapping": Case(3, 2, x=(2, 2, 7, 9)),
        "one pixel apart": Case(3, 1, x=(1, 2, 5, 4)),
        "pixels left over": Case(3, x=(2, 2, 8, 7)),
        "gaps": Case(2, 3, x=(3, 1, 7, 8)),
        "single pixels": Case(1, 2, x=(2, 2, 5, 4)),
        "one window": Case(4, None, x=(1, 1, 4, 4)),
        "no positive value": Case(2, 1, x=very_negative),
    },
    own=("side by side", "overlapping", "gaps"),
    correct=("side by side", "overlapping", "one pixel apart", "pixels left over", "gaps"),
    batches=[{"x": shape} for shape in ((3, 2, 7, 6), (3, 2, 7, 6), (1, 2, 8, 8), (2, 1, 4, 9))],
    draw=distinct,
    keeps_dtype=True,
)


class TestForward(Forward, layer=MAX_POOL): ...


class TestGradient(Gradient, layer=MAX_POOL):
    def test_flat_window(self, solution: Solution) -> None:
        """in a window of equal values the first pixel takes the whole gradient"""
        layer = solution.MaxPool2d(2)
        layer.forward(np.zeros((1, 1, 2, 4)))
        expected = np.array([[[[3.0, 0.0, -5.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]])
        assert_close(layer.backward(np.array([[[[3.0, -5.0]]]])), expected, "d_x")

    @pytest.mark.parametrize("stride", [3, 1], ids=["side by side", "overlapping"])
    def test_ties(self, solution: Solution, rng: np.random.Generator, stride: int) -> None:
        """at a tie the first maximum in row-major order takes the whole gradient"""
        x = rng.integers(-2, 2, size=(3, 3, 6, 6)).astype(float)
        theirs, ours = MAX_POOL.runs(solution, rng, Case(3, stride, x=x))
        assert_reference_gradient(theirs, ours, "d_x", rng)

    def test_near_ties(self, solution: Solution, rng: np.random.Generator) -> None:
        """values that differ by 1e-9 are no tie"""
        x = 1.0 + 1e-9 * rng.permutation(48).reshape(1, 3, 4, 4)
        theirs, ours = MAX_POOL.runs(solution, rng, Case(2, x=x))
        assert_reference_gradient(theirs, ours, "d_x", rng)


class TestRobustness(Robustness, layer=MAX_POOL): ...


class TestLayouts(Layouts, layer=MAX_POOL): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "MaxPool2d(...)", "`kernel_size` is below 1", lambda s, v: s.MaxPool2d(v), (0, -1), ("kernel_size", "kernel")
        ),
        Rejection("MaxPool2d(...)", "`stride` is below 1", lambda s, v: s.MaxPool2d(2, stride=v), (0, -1), "stride"),
        Rejection(
            "forward(x)",
            "`kernel_size` is larger than `x`",
            lambda s, shape: s.MaxPool2d(4).forward(np.ones(shape)),
            ((2, 1, 3, 6), (2, 1, 6, 3)),
            ("kernel_size", "kernel"),
            shown=lambda shape: 4,
        ),
    )
