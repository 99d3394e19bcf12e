"""Hidden tests of the kata im2col."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    SHAPE_WORDS,
    Errors,
    Rejection,
    Solution,
    Watched,
    assert_close,
    assert_dtype,
    assert_gradient,
    expect,
    watches_inputs,
)
from reference.im2col import col2im, im2col

Shape = tuple[int, int, int, int]

CASES: dict[str, tuple[Shape, tuple[Any, ...]]] = {
    "plain": ((4, 3, 5, 6), (2,)),
    "single": ((1, 1, 4, 5), (3,)),
    "stride": ((2, 3, 7, 8), (2, 2)),
    "stride and padding": ((3, 2, 7, 6), (3, 2, 1)),
    "rectangular": ((2, 3, 5, 8), ((3, 2), 2, 2)),
    "gaps": ((3, 2, 7, 8), (2, 3)),
    "single pixels": ((2, 3, 3, 4), (1, 2)),
    "padding needed": ((3, 2, 2, 2), (4, 1, 1)),
}
"""The images' shape, and kernel_size, stride and padding by position."""


def cases(*names: str) -> pytest.MarkDecorator:
    """Parametrises a check by the named cases, or by all of them."""
    names = names or tuple(CASES)
    return pytest.mark.parametrize(("shape", "window"), [CASES[name] for name in names], ids=names)


def some_columns(rng: np.random.Generator, shape: Shape, window: tuple[Any, ...]) -> np.ndarray:
    """Random columns of the shape that belongs to images of that shape."""
    return rng.normal(size=im2col(np.zeros(shape), *window).shape)


class TestIm2col:
    @cases()
    def test_values(self, solution: Solution, rng: np.random.Generator, shape: Shape, window: tuple[Any, ...]) -> None:
        """every column holds the window that it should, in the order of torch.nn.Unfold"""
        x = rng.normal(size=shape)
        assert_close(solution.im2col(x, *window), im2col(x, *window), "im2col(x)")

    def test_by_hand(self, solution: Solution) -> None:
        """a 3 x 3 image with two channels gives the columns that one writes down by hand"""
        image = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]
        x = np.array([[image, 10 * np.array(image)]])
        first = np.array([[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9]], dtype=float)
        assert_close(solution.im2col(x, 2), np.concatenate([first, 10 * first])[None], "im2col(x, 2)")


class TestCol2im:
    @cases()
    def test_values(self, solution: Solution, rng: np.random.Generator, shape: Shape, window: tuple[Any, ...]) -> None:
        """every value returns to the pixel it came from, and shared pixels add up"""
        cols = some_columns(rng, shape, window)
        assert_close(solution.col2im(cols, shape, *window), col2im(cols, shape, *window), "col2im(cols)")

    @cases("plain", "stride and padding", "rectangular")
    def test_adjoint(self, solution: Solution, rng: np.random.Generator, shape: Shape, window: tuple[Any, ...]) -> None:
        """col2im is the derivative of your own im2col"""
        assert_gradient(
            lambda x: solution.im2col(x, *window),
            rng.normal(size=shape),
            lambda cols: solution.col2im(cols, shape, *window),
            rng,
            "col2im(cols)",
        )

    def test_counts(self, solution: Solution) -> None:
        """col2im of ones counts how many windows hold each pixel"""
        expected = np.outer([1, 2, 2, 1], [1, 2, 3, 2, 1]).astype(float)[None, None]
        assert_close(solution.col2im(np.ones((1, 6, 9)), (1, 1, 4, 5), (2, 3)), expected, "col2im(ones)")


class TestRobustness:
    def test_repeated(self, solution: Solution, rng: np.random.Generator) -> None:
        """nothing is left over from the call before"""
        shapes = ((2, 2, 5, 5), (2, 2, 5, 5), (1, 3, 4, 6))
        given = [(rng.normal(size=shape), some_columns(rng, shape, (3, 2, 1)), shape) for shape in shapes]
        first = [(solution.im2col(x, 3, 2, 1), solution.col2im(cols, shape, 3, 2, 1)) for x, cols, shape in given]
        expect(any(np.any(array) for pair in first for array in pair), "everything is 0")
        for (x, cols, shape), (columns, image) in reversed(list(zip(given, first, strict=True))):
            assert_close(solution.im2col(x, 3, 2, 1), columns, "im2col(x), compared with the first time")
            assert_close(solution.col2im(cols, shape, 3, 2, 1), image, "col2im(cols), compared with the first time")

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        for window in ((2,), (3, 2, 1)):
            watched = Watched(solution)
            out = solution.im2col(watched.keep("x", rng.normal(size=(2, 3, 5, 4))), *window)
            expect(bool(np.any(out)), "im2col(x) is 0 everywhere")
            watched.assert_unchanged("im2col")
            solution.col2im(watched.keep("cols", some_columns(rng, (2, 3, 5, 4), window)), (2, 3, 5, 4), *window)
            watched.assert_unchanged("col2im")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """arrays in another layout give the same, there and back"""
        shape = (2, 3, 4, 5)
        for window in ((2,), (3, 2, 1)):
            x, cols = rng.normal(size=shape), some_columns(rng, shape, window)
            for what, got, expected in (
                ("im2col(x)", solution.im2col(LAYOUTS[layout](x), *window), solution.im2col(x, *window)),
                (
                    "col2im(cols)",
                    solution.col2im(LAYOUTS[layout](cols), shape, *window),
                    solution.col2im(cols, shape, *window),
                ),
            ):
                expect(bool(np.any(expected)), f"{what} is 0 everywhere")
                assert_close(got, expected, f"{what}, compared with ordinary arrays")

    @pytest.mark.parametrize("dtype", ["float32", "int64"])
    def test_dtypes(self, solution: Solution, rng: np.random.Generator, dtype: str) -> None:
        """{dtype} in gives {dtype} out, there and back"""
        shape, window = (2, 2, 5, 6), ((2, 3), 2, 1)
        x, cols = (10 * rng.normal(size=shape)).astype(dtype), (10 * some_columns(rng, shape, window)).astype(dtype)
        for what, got, wide in (
            ("im2col(x)", solution.im2col(x, *window), solution.im2col(x.astype(float), *window)),
            ("col2im(cols)", solution.col2im(cols, shape, *window), solution.col2im(cols.astype(float), shape, *window)),
        ):
            expect(bool(np.any(wide)), f"{what} is 0 everywhere")
            assert_close(got, np.asarray(wide).astype(dtype), f"{what}, compared with float64")
            assert_dtype(got, np.dtype(dtype), what)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "im2col(...)",
            "`x` is not 4-D",
            lambda s, shape: s.im2col(np.ones(shape), 2),
            ((3, 4, 4), (1, 1, 3, 4, 4)),
            ("x", "4-d", *SHAPE_WORDS),
        ),
        Rejection(
            "im2col(...)",
            "`kernel_size` is below 1",
            lambda s, v: s.im2col(np.ones((2, 1, 4, 5)), v),
            (0, (2, 0), (0, 2)),
            ("kernel_size", "kernel"),
        ),
        Rejection(
            "im2col(...)",
            "`kernel_size` is larger than the padded input",
            lambda s, v: s.im2col(np.ones((2, 1, 4, 5)), v, 1, 1),
            ((7, 1), (1, 8)),
            ("kernel_size", "kernel"),
        ),
        Rejection(
            "im2col(...)", "`stride` is below 1", lambda s, v: s.im2col(np.ones((2, 1, 4, 5)), 2, v), (0, -1), "stride"
        ),
        Rejection(
            "im2col(...)", "`padding` is negative", lambda s, v: s.im2col(np.ones((2, 1, 4, 5)), 2, 1, v), (-1,), "padding"
        ),
        Rejection(
            "col2im(...)",
            "`x_shape` does not have four numbers",
            lambda s, v: s.col2im(np.ones((1, 4, 9)), v, 2),
            ((1, 4, 4), (1, 1, 1, 4, 4)),
            ("x_shape", "x", "4-d", *SHAPE_WORDS),
        ),
        Rejection(
            "col2im(...)",
            "the shape of `cols` does not belong to `x_shape`",
            lambda s, shape: s.col2im(np.ones(shape), (2, 1, 4, 4), 2),
            ((1, 4, 9), (2, 4, 10), (2, 9, 4), (2, 36)),
            ("cols", *SHAPE_WORDS),
        ),
    )
