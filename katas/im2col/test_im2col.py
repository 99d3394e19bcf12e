"""Hidden tests of the kata im2col."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from harness.judge.testing import (
    assert_close,
    assert_dtype,
    assert_gradient,
    assert_rejects,
    assert_shape,
    gapped,
    read_only,
)
from reference.im2col import col2im, im2col

Shape = tuple[int, int, int, int]
Window = dict[str, Any]

CASES: dict[str, tuple[Shape, Window]] = {
    "plain": ((2, 3, 5, 6), {"kernel_size": 3}),
    "single": ((1, 1, 4, 5), {"kernel_size": 2}),
    "stride": ((2, 2, 6, 7), {"kernel_size": 2, "stride": 2}),
    "stride and padding": ((3, 2, 7, 6), {"kernel_size": 3, "stride": 2, "padding": 1}),
    "rectangular": ((2, 3, 5, 8), {"kernel_size": (3, 2), "stride": 2, "padding": 2}),
    "gaps": ((2, 2, 7, 8), {"kernel_size": 2, "stride": 3}),
    "single pixels": ((2, 3, 3, 4), {"kernel_size": 1, "stride": 2}),
    "padding needed": ((2, 2, 2, 2), {"kernel_size": 4, "padding": 1}),
}


def cases(*names: str) -> pytest.MarkDecorator:
    """Parametrises a check by the named cases, or by all of them."""
    names = names or tuple(CASES)
    return pytest.mark.parametrize(("shape", "window"), [CASES[name] for name in names], ids=names)


def some_columns(rng: np.random.Generator, shape: Shape, window: Window) -> np.ndarray:
    """Random columns of the shape that belongs to images of that shape."""
    return rng.normal(size=im2col(np.zeros(shape), **window).shape)


class TestIm2col:
    @cases()
    def test_values(self, solution: Any, rng: np.random.Generator, shape: Shape, window: Window) -> None:
        """every column holds the window that it should, in the order of torch.nn.Unfold"""
        x = rng.normal(size=shape)
        assert_close(solution.im2col(x, **window), im2col(x, **window), "im2col(x)")

    def test_by_hand(self, solution: Any) -> None:
        """a 3 x 3 image with two channels gives the columns that one writes down by hand"""
        image = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]
        x = np.array([[image, 10 * np.array(image)]])
        first = np.array([[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]], dtype=float)
        expected = np.concatenate([first, 10 * first])[None]
        assert_close(solution.im2col(x, 2), expected, "im2col(x, 2)")

    def test_positional(self, solution: Any, rng: np.random.Generator) -> None:
        """kernel_size, stride and padding may be given by position, in this order"""
        x = rng.normal(size=(2, 2, 6, 5))
        assert_close(solution.im2col(x, 3, 2, 1), im2col(x, 3, 2, 1), "im2col(x, 3, 2, 1)")


class TestCol2im:
    @cases("plain", "stride", "stride and padding", "rectangular", "padding needed")
    def test_values(self, solution: Any, rng: np.random.Generator, shape: Shape, window: Window) -> None:
        """every value returns to the pixel it came from, and shared pixels add up"""
        cols = some_columns(rng, shape, window)
        assert_close(solution.col2im(cols, shape, **window), col2im(cols, shape, **window), "col2im(cols)")

    @cases("plain", "rectangular")
    def test_adjoint(self, solution: Any, rng: np.random.Generator, shape: Shape, window: Window) -> None:
        """col2im is the derivative of your own im2col"""
        assert_gradient(
            lambda x: solution.im2col(x, **window),
            rng.normal(size=shape),
            lambda cols: solution.col2im(cols, shape, **window),
            rng,
            "col2im(cols)",
        )

    def test_counts(self, solution: Any) -> None:
        """col2im of ones counts how many windows hold each pixel"""
        expected = np.outer([1, 2, 2, 1], [1, 2, 3, 2, 1]).astype(float)[None, None]
        assert_close(solution.col2im(np.ones((1, 6, 9)), (1, 1, 4, 5), (2, 3)), expected, "col2im(ones)")

    def test_positional(self, solution: Any, rng: np.random.Generator) -> None:
        """kernel_size, stride and padding may be given by position, in this order"""
        shape = (2, 2, 6, 5)
        cols = rng.normal(size=(2, 18, 9))
        assert_close(solution.col2im(cols, shape, 3, 2, 1), col2im(cols, shape, 3, 2, 1), "col2im(cols)")


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped, np.asfortranarray], ids=["read-only", "gapped", "Fortran"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or laid out differently work, there and back"""
        window: Window = {"kernel_size": 2, "stride": 1, "padding": 1}
        x, cols = layout(rng.normal(size=(2, 3, 4, 3))), layout(rng.normal(size=(2, 12, 20)))
        assert_close(solution.im2col(x, **window), im2col(x, **window), "im2col(x)")
        assert_close(solution.col2im(cols, x.shape, **window), col2im(cols, x.shape, **window), "col2im(cols)")

    def test_float32(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 in gives float32 out, there and back"""
        window: Window = {"kernel_size": (2, 3), "stride": 2, "padding": 1}
        x = rng.normal(size=(2, 2, 5, 6)).astype(np.float32)
        cols = im2col(x, **window)
        for name, got, expected in (
            ("im2col(x)", solution.im2col(x, **window), cols),
            ("col2im(cols)", solution.col2im(cols, x.shape, **window), col2im(cols, x.shape, **window)),
        ):
            assert_close(got, expected, name)
            assert_dtype(got, np.float32, name)

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """nothing is left over from the call before"""
        window: Window = {"kernel_size": 3, "stride": 2, "padding": 1}
        for shape in ((2, 2, 5, 5), (2, 2, 5, 5), (1, 3, 4, 6)):
            x, cols = rng.normal(size=shape), some_columns(rng, shape, window)
            assert_close(solution.im2col(x, **window), im2col(x, **window), "im2col(x)")
            assert_close(solution.col2im(cols, shape, **window), col2im(cols, shape, **window), "col2im(cols)")

    def test_large_kernel(self, solution: Any, rng: np.random.Generator) -> None:
        """a kernel larger than the padded input, in height or in width, raises ValueError"""
        x = rng.normal(size=(2, 1, 4, 5))
        assert_close(solution.im2col(x, (4, 5)), x.reshape(2, 20, 1), "im2col(x, (4, 5))")
        for size in ((7, 1), (1, 8)):
            assert_rejects(partial(solution.im2col, x, size, padding=1), ("kernel_size", "kernel"), size)

    def test_negative_stride(self, solution: Any, rng: np.random.Generator) -> None:
        """a negative stride raises ValueError"""
        x = rng.normal(size=(2, 1, 4, 5))
        assert_shape(solution.im2col(x, 2, stride=1), (2, 4, 12), "im2col(x, 2)")
        assert_rejects(lambda: solution.im2col(x, 2, stride=-1), "stride", -1)
