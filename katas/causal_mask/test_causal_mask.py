"""Hidden tests of the kata causal-mask."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.testing import (
    Errors,
    Rejection,
    Solution,
    Watched,
    assert_close,
    assert_dtype,
    assert_shape,
    gapped,
    read_only,
    watches_inputs,
)
from reference.attention import ScaledDotProductAttention
from reference.causal_mask import causal_mask, padding_mask

# q_len, k_len, window
MASKS = {
    "square": (5, 5, None),
    "cache": (3, 7, None),
    "one query": (1, 6, None),
    "more queries than keys": (6, 4, None),
    "window": (6, 6, 3),
    "window of one": (4, 4, 1),
    "window over a cache": (2, 7, 4),
    "window beyond all keys": (4, 5, 9),
    "window, more queries than keys": (6, 4, 2),
}


def causal(solution: Solution, q_len: int, k_len: int | None, window: int | None) -> Any:
    """The learner's mask, which must be boolean."""
    mask = solution.causal_mask(q_len, k_len, window)
    assert_shape(mask, (q_len, q_len if k_len is None else k_len), f"causal_mask({q_len}, {k_len}, {window})")
    assert_dtype(mask, bool, f"causal_mask({q_len}, {k_len}, {window})")
    return mask


class TestValues:
    @pytest.mark.parametrize("sizes", MASKS.values(), ids=MASKS.keys())
    def test_causal(self, solution: Solution, sizes: tuple[int, int, int | None]) -> None:
        """causal_mask allows the own key, the ones before it, and no more than the window"""
        what = "causal_mask({}, {}, {})".format(*sizes)
        assert_close(causal(solution, *sizes), causal_mask(*sizes), what)

    def test_square_by_default(self, solution: Solution) -> None:
        """without k_len there are as many keys as queries, and without a window no limit"""
        assert_close(solution.causal_mask(4), causal_mask(4), "causal_mask(4)")
        assert_close(solution.causal_mask(5, window=2), causal_mask(5, 5, 2), "causal_mask(5, window=2)")

    @pytest.mark.parametrize("lengths", [(3, 1, 5, 2), (4,), (0, 2, 5)], ids=["batch", "single", "empty sequence"])
    def test_padding(self, solution: Solution, lengths: tuple[int, ...]) -> None:
        """padding_mask allows the first tokens of each sequence, with an axis for the queries"""
        mask = solution.padding_mask(np.array(lengths), 5)
        assert_close(mask, padding_mask(np.array(lengths), 5), f"padding_mask({list(lengths)}, 5)")
        assert_dtype(mask, bool, f"padding_mask({list(lengths)}, 5)")


class TestRobustness:
    @pytest.mark.parametrize("window", [None, 2], ids=["no window", "window"])
    def test_no_future(self, solution: Solution, rng: np.random.Generator, window: int | None) -> None:
        """in an attention, a later token changes no earlier output"""
        attention, mask = ScaledDotProductAttention(), causal(solution, 6, None, window)
        x = rng.normal(size=(6, 3))
        before = attention.forward(x, x, x, mask)
        x[4:] = 10 * rng.normal(size=(2, 3))
        after = attention.forward(x, x, x, mask)
        assert_close(after[:4], before[:4], "the output of the first four tokens after a change of the last two")
        expected = attention.forward(x, x, x, causal_mask(6, None, window))
        assert_close(after, expected, "the output of an attention with causal_mask(6)")

    def test_decoding(self, solution: Solution, rng: np.random.Generator) -> None:
        """in an attention, the last queries against all keys give what the whole sequence gives"""
        attention = ScaledDotProductAttention()
        q, k, v = rng.normal(size=(3, 7, 4))
        whole = attention.forward(q, k, v, causal_mask(7))
        for new in (1, 3):
            last = attention.forward(q[-new:], k, v, causal(solution, new, 7, None))
            assert_close(last, whole[-new:], f"the output of the last {new} of 7 tokens")

    def test_combined(self, solution: Solution) -> None:
        """the two masks combine by `&`"""
        lengths = np.array([2, 5])
        both = np.asarray(solution.padding_mask(lengths, 5)) & np.asarray(causal(solution, 5, None, 3))
        assert_close(
            both, padding_mask(lengths, 5) & causal_mask(5, None, 3), "padding_mask([2, 5], 5) & causal_mask(5, 5, 3)"
        )

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution) -> None:
        """no call changes the arrays it is given"""
        watched = Watched(solution)
        mask = solution.padding_mask(watched.keep("lengths", np.array([3, 1, 4])), 4)
        assert_shape(mask, (3, 1, 4), "padding_mask([3, 1, 4], 4)")
        watched.assert_unchanged("padding_mask")


class TestLayouts:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Solution, layout: Any) -> None:
        """lengths may be read-only, or have gaps"""
        lengths = layout(np.array([4, 0, 6, 1]))
        assert_close(solution.padding_mask(lengths, 6), padding_mask(lengths, 6), "padding_mask([4, 0, 6, 1], 6)")


class TestErrors(Errors):
    rejections = (
        Rejection(
            "causal_mask(q_len, k_len, window)",
            "`window` is below 1",
            lambda s, v: s.causal_mask(4, 4, v),
            (0, -2),
            "window",
        ),
        Rejection(
            "padding_mask(lengths, max_len)",
            "a length is negative",
            lambda s, v: s.padding_mask(np.array([1, v, 2]), 4),
            (-1, -3),
            ("lengths", "length"),
        ),
        Rejection(
            "padding_mask(lengths, max_len)",
            "a length is above `max_len`",
            lambda s, v: s.padding_mask(np.array([1, 2, v]), 4),
            (5, 9),
            ("lengths", "length"),
        ),
    )
