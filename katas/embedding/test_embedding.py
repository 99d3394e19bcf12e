"""Hidden tests of the kata embedding."""

from __future__ import annotations

from collections.abc import Callable

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
    StartsNormal,
    assert_close,
    fill,
    kept,
)
from reference.embedding import Embedding


def ids(rows: int, *shape: int) -> Callable[[np.random.Generator], np.ndarray]:
    """Draws ids of that shape, the first and the last row of the table among them where there is room."""

    def draw(rng: np.random.Generator) -> np.ndarray:
        drawn = rng.integers(0, rows, shape)
        drawn.flat[:2] = [0, rows - 1][: drawn.size]
        return rng.permutation(drawn.ravel()).reshape(shape)

    return draw


EMBEDDING = Layer(
    Embedding,
    "weight[ids]",
    parameters=("weight",),
    inputs=("ids",),
    cases={
        "sentences": Case(5, 3, ids=ids(5, 2, 4)),  # eight places for five ids: some repeat
        "sentence": Case(4, 2, ids=ids(4, 7)),
        "three axes": Case(3, 4, ids=ids(3, 2, 3, 2)),
        "unused rows": Case(40, 3, ids=ids(40, 5)),
        "consecutive": Case(6, 3, ids=lambda rng: np.arange(4)),
        "empty": Case(5, 3, ids=ids(5, 0, 3)),
        "padding 2": Case(4, 3, 2, ids=ids(4, 3, 5)),
        "padding 0": Case(4, 3, 0, ids=ids(4, 3, 5)),
    },
    own=("sentences", "sentence", "three axes", "unused rows"),
    batches=[{"ids": ids(5, *shape)} for shape in ((3, 4), (3, 4), (1, 2), (6,))],
    starts={"weight": StartsNormal(1.0, "N(0, 1)")},
    start=(400, 100),
)


class TestForward(Forward, layer=EMBEDDING):
    @pytest.mark.parametrize("padding_idx", [2, 0, 3])
    def test_padding_start(self, solution: Solution, rng: np.random.Generator, padding_idx: int) -> None:
        """the row of padding_idx starts at 0"""
        layer = solution.Embedding(4, 3, padding_idx, rng=rng)
        assert_close(layer.weight[padding_idx], np.zeros(3), f"weight[{padding_idx}]")


class TestGradient(Gradient, layer=EMBEDDING):
    def test_repeated(self, solution: Solution) -> None:
        """gradients of a repeated id add up: [4, 4, 4] with gradients of 1 gives row 4 a 3"""
        layer = solution.Embedding(6, 2)
        layer.forward(np.array([4, 4, 4]))
        expected = np.zeros((6, 2))
        expected[4] = 3.0
        assert_close(layer.backward(np.ones((3, 2))), expected, "d_weight")


class TestRobustness(Robustness, layer=EMBEDDING):
    def test_new_array(self, solution: Solution, rng: np.random.Generator) -> None:
        """changing the output does not change the table"""
        table = rng.normal(size=(6, 3))
        for places in (np.array([2]), np.arange(6), np.array([[1, 2], [3, 4]]), np.array([5, 0, 5])):
            layer = solution.Embedding(6, 3)
            layer.weight = table
            out = kept(layer.forward)(places)
            fill(out, (), np.full((*places.shape, 3), 7.0))
            assert_close(layer.weight, table, "weight after the output was overwritten")

    @pytest.mark.parametrize("dtype", [np.int32, np.uint8])
    def test_integer_dtypes(self, solution: Solution, rng: np.random.Generator, dtype: type) -> None:
        """ids of any integer dtype work, forward and backward"""
        places = ids(5, 2, 4)(rng)
        run, _ = EMBEDDING.runs(solution, rng, ids=places)
        out, d_out = run.output(rng)
        d_weight = run.backward(d_out)["d_weight"]
        other = run.with_inputs(ids=places.astype(dtype))
        assert_close(other.forward(), out, f"forward of {np.dtype(dtype)} ids, compared with int64")
        assert_close(other.backward(d_out)["d_weight"], d_weight, f"d_weight of {np.dtype(dtype)} ids, compared with int64")


class TestLayouts(Layouts, layer=EMBEDDING): ...


WORDS = ("ids", "id", "index", "indices", "dtype", "type")


class TestErrors(Errors):
    rejections = (
        Rejection(
            "Embedding(...)",
            "`padding_idx` is outside 0..V-1",
            lambda s, v: s.Embedding(4, 3, v),
            (4, -1),
            ("padding_idx", "padding"),
        ),
        Rejection(
            "forward(ids)",
            "an id is negative",
            lambda s, v: s.Embedding(4, 3, rng=np.random.default_rng(0)).forward(np.array([[1, v, 2]])),
            (-1, -4),
            WORDS,
        ),
        Rejection(
            "forward(ids)",
            "an id is V or larger",
            lambda s, v: s.Embedding(4, 3, rng=np.random.default_rng(0)).forward(np.array([[1, v, 2]])),
            (4, 9),
            WORDS,
        ),
        Rejection(
            "forward(ids)",
            "`ids` has no integer dtype, as floats and booleans",
            lambda s, dtype: s.Embedding(4, 3, rng=np.random.default_rng(0)).forward(np.ones((2, 3), dtype=dtype)),
            ("float64", "bool"),
            WORDS,
        ),
    )
