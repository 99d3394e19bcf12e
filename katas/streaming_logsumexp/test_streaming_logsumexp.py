"""Hidden tests of the kata streaming-logsumexp."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    Errors,
    Rejection,
    Solution,
    Watched,
    assert_close,
    assert_no_warnings,
    watches_inputs,
)
from reference.streaming_logsumexp import StreamingLogSumExp

TIGHT = 1e-12
CUTS: dict[str, tuple[int, ...]] = {
    "one by one": tuple(range(1, 12)),
    "two halves": (6,),
    "unequal blocks": (1, 2, 7),
    "empty blocks": (0, 4, 4, 12),
}


def blocks(x: np.ndarray, cuts: Sequence[int]) -> list[np.ndarray]:
    return np.split(x, cuts, axis=-1)


def fed(solution: Any, x: np.ndarray, cuts: Sequence[int] = ()) -> Any:
    """A stream that has seen x in blocks."""
    stream = solution.StreamingLogSumExp()
    for block in blocks(x, cuts):
        stream.update(block)
    return stream


def total_of(x: np.ndarray) -> np.ndarray:
    """The reference's total of x in one block."""
    stream = StreamingLogSumExp()
    stream.update(x)
    return stream.value()


class TestValues:
    @pytest.mark.parametrize("shape", [(5, 4), (6,), (2, 3, 7), (3, 1)], ids=["matrix", "vector", "heads", "single scores"])
    def test_one_block(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """a single block gives log(sum(exp(x))) of each row"""
        x = 2 * rng.normal(size=shape)
        assert_close(fed(solution, x).value(), total_of(x), "value()", rtol=TIGHT)

    @pytest.mark.parametrize("cuts", CUTS.values(), ids=list(CUTS))
    def test_blocks(self, solution: Solution, rng: np.random.Generator, cuts: tuple[int, ...]) -> None:
        """however the scores are cut into blocks, the total is the same"""
        x = 2 * rng.normal(size=(4, 12))
        assert_close(fed(solution, x, cuts).value(), total_of(x), "value()", rtol=TIGHT)

    def test_in_between(self, solution: Solution, rng: np.random.Generator) -> None:
        """value gives the total so far, after every block, and changes nothing"""
        x = 2 * rng.normal(size=(3, 10))
        stream = solution.StreamingLogSumExp()
        seen = 0
        for block in blocks(x, (3, 4, 8)):
            stream.update(block)
            seen += block.shape[-1]
            for time in ("", ", asked again,"):
                assert_close(stream.value(), total_of(x[:, :seen]), f"value(){time} after {seen} scores", rtol=TIGHT)

    @pytest.mark.parametrize("shape", [(4, 9), (9,), (2, 3, 9)], ids=["matrix", "vector", "heads"])
    def test_probabilities(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """probabilities gives the softmax over all blocks, for each of them"""
        x = 2 * rng.normal(size=shape)
        expected = np.exp(x - total_of(x)[..., None])
        stream = fed(solution, x, (2, 5))
        for block, part in zip(blocks(x, (2, 5)), blocks(expected, (2, 5)), strict=True):
            assert_close(stream.probabilities(block), part, "probabilities(x)", rtol=TIGHT)

    def test_probabilities_change_nothing(self, solution: Solution, rng: np.random.Generator) -> None:
        """probabilities may be asked for in between"""
        x = 2 * rng.normal(size=(3, 8))
        stream = fed(solution, x[:, :5])
        stream.probabilities(x[:, :5])
        stream.update(x[:, 5:])
        assert_close(stream.value(), total_of(x), "value()", rtol=TIGHT)


class TestStability:
    @pytest.mark.parametrize("order", ["rising", "falling"])
    def test_order(self, solution: Solution, rng: np.random.Generator, order: str) -> None:
        """the largest score may come first or last"""
        x = np.sort(5 * rng.normal(size=(4, 12)), axis=-1)
        x = x if order == "rising" else x[:, ::-1].copy()
        assert_close(fed(solution, x, (4, 8)).value(), total_of(x), "value()", rtol=TIGHT)

    @pytest.mark.parametrize("cuts", [(), (1, 2, 3, 4), (2,)], ids=["one block", "one by one", "two blocks"])
    def test_large_scores(self, solution: Solution, rng: np.random.Generator, cuts: tuple[int, ...]) -> None:
        """scores of 1e4, of either sign, give the exact total without a warning"""
        x = rng.normal(size=(4, 5)) + np.array([[1e4], [-1e4], [710.0], [0.0]])
        assert_close(fed(solution, x, cuts).value(), total_of(x), "value()", rtol=TIGHT)
        assert_no_warnings(solution)

    @pytest.mark.parametrize("order", ["rising", "falling"])
    def test_far_apart(self, solution: Solution, order: str) -> None:
        """blocks that lie far apart give the total of the largest, without a warning"""
        x = np.array([[-1e4, 0.0, 1e4, 1e4], [-2e4, -2e4, -1e4, -1e4]])
        x = x if order == "rising" else x[:, ::-1].copy()
        expected = np.array([1e4, -1e4]) + np.log(2)
        assert_close(fed(solution, x, (1, 2)).value(), expected, "value()", rtol=TIGHT)
        assert_no_warnings(solution)

    @pytest.mark.parametrize("where", ["first", "last", "within"])
    def test_hidden(self, solution: Solution, rng: np.random.Generator, where: str) -> None:
        """scores of -inf add nothing, and give no warning"""
        x = rng.normal(size=(3, 6))
        x[:, {"first": slice(0, 3), "last": slice(3, 6), "within": slice(2, 4)}[where]] = -np.inf
        assert_close(fed(solution, x, (3,)).value(), total_of(x), "value()", rtol=TIGHT)
        assert_no_warnings(solution)

    def test_hidden_rows(self, solution: Solution, rng: np.random.Generator) -> None:
        """a row with nothing but -inf has the total -inf and probabilities of 0, without a warning"""
        x = rng.normal(size=(3, 4))
        x[1] = -np.inf
        stream = fed(solution, x, (2,))
        value = np.asarray(stream.value())
        assert_close(value == -np.inf, np.array([False, True, False]), "value() == -inf")
        assert_close(value[[0, 2]], total_of(x)[[0, 2]], "value() of the other rows", rtol=TIGHT)
        expected = np.exp(x - np.where(x == -np.inf, 0.0, total_of(x)[:, None]))
        assert_close(stream.probabilities(x), expected, "probabilities(x)", rtol=TIGHT)
        assert_no_warnings(solution)


class TestRobustness:
    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        watched = Watched(solution)
        x = watched.keep("x", rng.normal(size=(3, 4)))
        stream = solution.StreamingLogSumExp()
        stream.update(x)
        watched.assert_unchanged("update")
        stream.probabilities(x)
        watched.assert_unchanged("probabilities")

    def test_two_streams(self, solution: Solution, rng: np.random.Generator) -> None:
        """two streams share nothing"""
        x, other = rng.normal(size=(2, 3, 4))
        first, second = solution.StreamingLogSumExp(), solution.StreamingLogSumExp()
        first.update(x)
        second.update(other)
        assert_close(first.value(), total_of(x), "value() of the first stream", rtol=TIGHT)
        assert_close(second.value(), total_of(other), "value() of the second stream", rtol=TIGHT)

    @pytest.mark.parametrize("layout", list(LAYOUTS.values()), ids=list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Any) -> None:
        """arrays in another layout give the same"""
        x = rng.normal(size=(3, 4))
        assert_close(fed(solution, layout(x)).value(), total_of(x), "value()", rtol=TIGHT)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "update(x)",
            "`x` has no axis",
            lambda s, value: s.StreamingLogSumExp().update(np.array(value)),
            (1.0,),
            ("x", "axis", "dimension", "shape", "scalar"),
            None,
        ),
        Rejection(
            "update(x)",
            "`x` has other leading axes than the first block",
            lambda s, shape: fed(s, np.ones((3, 4))).update(np.ones(shape)),
            ((2, 4), (1, 4), (4,)),
            ("x", "axes", "axis", "shape", "rows", "block"),
        ),
        Rejection(
            "value()",
            "there was no `update` before",
            lambda s, _: s.StreamingLogSumExp().value(),
            (None,),
            ("update", "block", "scores", "value"),
            None,
        ),
    )
