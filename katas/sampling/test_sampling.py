"""Hidden tests of the kata sampling.

Which tokens stay is compared exactly, so no threshold of top-p lies on a partial sum: through logits, .5 + .3 may miss .8 by
rounding. Thresholds lie half-way between the sums.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    DRAWS,
    LAYOUTS,
    Errors,
    Rejection,
    Solution,
    Watched,
    assert_close,
    assert_frequencies,
    assert_honours_generator,
    assert_no_warnings,
    assert_shape,
    by_properties,
    expect,
    watches_inputs,
)
from reference.sampling import filter_probabilities

VOCAB = 9
GOLDEN = np.array([0.5, 0.3, 0.15, 0.05])
# temperature, top_k, top_p
FILTERS = {
    "temperature": (0.6, None, None),
    "high temperature": (2.5, None, None),
    "top-k": (1.0, 3, None),
    "top-k of one": (1.0, 1, None),
    "temperature and top-k": (1.7, 4, None),
}
EXACT = 1e-12


def some_logits(rng: np.random.Generator, *leading: int) -> np.ndarray:
    """Logits without ties, the largest at a place of its own in each row."""
    return rng.permuted(np.linspace(-3, 3, VOCAB) + rng.uniform(-0.2, 0.2, size=(*leading, VOCAB)), axis=-1)


def between(logits: np.ndarray, kept: int, temperature: float = 1.0, top_k: int | None = None) -> float:
    """A threshold for top-p, half-way between the mass of the first kept - 1 and the first `kept` tokens of a row."""
    mass = np.sort(filter_probabilities(logits, temperature, top_k))[::-1].cumsum()
    return float((mass[kept - 2] if kept > 1 else 0.0) / 2 + mass[kept - 1] / 2)


class TestValues:
    @pytest.mark.parametrize("arguments", FILTERS.values(), ids=FILTERS.keys())
    def test_filters(self, solution: Solution, rng: np.random.Generator, arguments: tuple[Any, ...]) -> None:
        """filter_probabilities applies temperature and top-k, in each row in the order of the vocabulary"""
        logits = some_logits(rng, 2, 3)
        got = solution.filter_probabilities(logits, *arguments)
        assert_close(got, filter_probabilities(logits, *arguments), "the probabilities", rtol=EXACT)

    def test_plain(self, solution: Solution, rng: np.random.Generator) -> None:
        """without arguments it is the softmax, along the last axis"""
        for logits in (some_logits(rng), some_logits(rng, 4), some_logits(rng, 2, 3)):
            expected = filter_probabilities(logits)
            assert_close(solution.filter_probabilities(logits), expected, "filter_probabilities(logits)", rtol=EXACT)

    @pytest.mark.parametrize(("top_p", "kept"), [(0.4, 1), (0.65, 2), (0.79, 2), (0.81, 3), (0.97, 4)])
    def test_top_p(self, solution: Solution, rng: np.random.Generator, top_p: float, kept: int) -> None:
        """top-p keeps as few of the most probable tokens as reach the mass, the one that crosses it included"""
        order = rng.permutation(4)
        logits = np.log(GOLDEN)[order]
        expected = np.where(order < kept, GOLDEN[order], 0) / GOLDEN[:kept].sum()
        got = solution.filter_probabilities(logits, top_p=top_p)
        assert_close(got, expected, f"the probabilities of {GOLDEN[order]} with top_p = {top_p}", rtol=EXACT)

    @pytest.mark.parametrize("kept", [1, 3, 6])
    def test_rows_on_their_own(self, solution: Solution, rng: np.random.Generator, kept: int) -> None:
        """top-p keeps another number of tokens in another row"""
        logits = np.stack([some_logits(rng), 0.3 * some_logits(rng), 4 * some_logits(rng)])
        top_p = between(logits[1], kept)
        got = solution.filter_probabilities(logits, 1.0, None, top_p)
        assert_close(got, filter_probabilities(logits, 1.0, None, top_p), "the probabilities", rtol=EXACT)

    @pytest.mark.parametrize("kept", [1, 2, 4])
    def test_order(self, solution: Solution, rng: np.random.Generator, kept: int) -> None:
        """temperature, then top-k, then top-p, each on what the one before left, renormalised"""
        logits, (temperature, top_k) = some_logits(rng), (1.8, 5)
        top_p = between(logits, kept, temperature, top_k)
        got = solution.filter_probabilities(logits, temperature, top_k, top_p)
        assert_close(got, filter_probabilities(logits, temperature, top_k, top_p), "the probabilities", rtol=EXACT)

    def test_tiny_top_p(self, solution: Solution, rng: np.random.Generator) -> None:
        """one token stays, however small top_p is"""
        logits = some_logits(rng, 3)
        expected = filter_probabilities(logits, 1.0, 1)
        for top_p in (1e-3, 1e-12):
            got = solution.filter_probabilities(logits, 1.0, None, top_p)
            assert_close(got, expected, f"the probabilities with top_p = {top_p}", rtol=EXACT)

    def test_ties(self, solution: Solution) -> None:
        """of equal tokens the lower id stays, in top-k and in top-p"""
        logits = np.array([0.0, 1.0, 2.0, 1.0, 1.0, 1.0, 0.0])
        for top_k in (2, 4):
            expected = filter_probabilities(logits, 1.0, top_k)
            assert_close(solution.filter_probabilities(logits, 1.0, top_k), expected, f"top_k = {top_k}", rtol=EXACT)
        equal = np.zeros(6)
        got = solution.filter_probabilities(equal, 1.0, None, 0.4)
        assert_close(got, np.array([1, 1, 1, 0, 0, 0]) / 3, "six equal tokens with top_p = 0.4", rtol=EXACT)

    def test_zero_temperature(self, solution: Solution, rng: np.random.Generator) -> None:
        """temperature 0 gives all the mass to the first maximum, whatever else is asked for"""
        logits = np.array([[1.0, 4.0, 2.0, 4.0], [0.5, -1.0, 0.5, 0.0], [-3.0, -2.0, -2.0, -1.0]])
        expected = np.eye(4)[[1, 0, 3]]
        for options in ((), (2,), (None, 0.9), (3, 0.5)):
            assert_close(solution.filter_probabilities(logits, 0, *options), expected, "the probabilities")

    def test_no_filter(self, solution: Solution, rng: np.random.Generator) -> None:
        """top_k at or above the vocabulary's size, and top_p = 1, filter nothing"""
        logits = some_logits(rng, 2)
        # a probability below rounding still counts: the others add up to 1 exactly
        logits[0] = np.where(np.arange(VOCAB) < 2, 0.0, -60.0)
        expected = filter_probabilities(logits)
        for options in ((VOCAB, None), (VOCAB + 5, None), (None, 1), (None, 1.0), (3 * VOCAB, 1.0)):
            got = solution.filter_probabilities(logits, 1.0, *options)
            assert_close(got, expected, f"the probabilities with top_k, top_p = {options}", rtol=EXACT)
            assert_close(np.asarray(got) > 0, expected > 0, f"which probabilities are above 0 with top_k, top_p = {options}")


class TestDraws:
    @by_properties
    @pytest.mark.parametrize(
        "arguments", [(1.0, None, None), (2.0, 6, None), (1.3, 7, 0.9)], ids=["plain", "top-k", "all filters"]
    )
    def test_frequencies(self, solution: Solution, rng: np.random.Generator, arguments: tuple[Any, ...]) -> None:
        """ids come as often as their probabilities say"""
        # the shape of the distribution is fixed and only the ids are shuffled: the power of the check is the same each time
        logits = rng.permutation(np.linspace(-2, 2, VOCAB))
        ids = solution.sample(np.broadcast_to(logits, (DRAWS, VOCAB)).copy(), *arguments, rng)
        assert_shape(ids, (DRAWS,), "sample(logits)")
        inside = (np.asarray(ids) >= 0) & (np.asarray(ids) < VOCAB)
        expect(bool(np.all(inside)), f"an id lies outside 0..{VOCAB - 1}")
        counts = np.bincount(np.asarray(ids).astype(int), minlength=VOCAB)
        assert_frequencies(solution, counts, filter_probabilities(logits, *arguments), "sample(logits)")

    @by_properties
    def test_rows(self, solution: Solution, rng: np.random.Generator) -> None:
        """every row is drawn from its own distribution, independently of the others"""
        probabilities = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.7]])
        logits = np.broadcast_to(np.log(probabilities), (DRAWS, 2, 4)).copy()
        ids = solution.sample(logits, rng=rng)
        assert_shape(ids, (DRAWS, 2), "sample(logits)")
        # the pair of two draws is one of 16 outcomes, of which the probabilities are products
        pairs = np.asarray(ids).astype(int) @ np.array([4, 1])
        assert_frequencies(
            solution, np.bincount(pairs, minlength=16), np.outer(*probabilities).ravel(), "two draws of one call"
        )

    @by_properties
    def test_generator(self, solution: Solution, rng: np.random.Generator) -> None:
        """ids are drawn from the generator that is given, and without one they differ"""
        logits = some_logits(rng, 40)
        assert_honours_generator(
            solution, lambda generator: solution.sample(logits, 2.0, None, None, generator), "sample(logits)"
        )
        one, two = (np.asarray(solution.sample(logits, 2.0)) for _ in range(2))
        expect(not np.array_equal(one, two), "without a generator, two calls draw the same forty ids")

    def test_zero_temperature(self, solution: Solution, rng: np.random.Generator) -> None:
        """at temperature 0 the first maximum is taken"""
        logits = rng.integers(0, 3, size=(20, 6)).astype(float)
        assert_close(solution.sample(logits, 0), logits.argmax(axis=-1), "sample(logits, 0)")

    def test_shapes(self, solution: Solution, rng: np.random.Generator) -> None:
        """ids are integers, one for each row; for one row a single one"""
        for leading in ((), (4,), (2, 3)):
            logits = some_logits(rng, *leading)
            ids = solution.sample(logits, 1.0, 1, None, rng)
            assert_close(ids, logits.argmax(axis=-1), f"sample of logits of shape {logits.shape} with top_k = 1")
            expect(np.asarray(ids).dtype.kind in "iu", f"ids are of dtype {np.asarray(ids).dtype}, expected integers")


class TestRobustness:
    @pytest.mark.parametrize("level", [1e4, -1e4], ids=["high", "low"])
    def test_large_logits(self, solution: Solution, rng: np.random.Generator, level: float) -> None:
        """logits near 1e4 or -1e4 give the exact result without a warning"""
        logits = some_logits(rng, 3) + np.array([[level], [0], [-level]])
        for arguments in ((1.0, None, None), (0.7, 4, None), (0.05, None, 0.9)):
            got = solution.filter_probabilities(logits, *arguments)
            # the logits themselves are rounded, to 2e-12
            assert_close(got, filter_probabilities(logits, *arguments), "the probabilities", rtol=1e-9)
        assert_no_warnings(solution)

    def test_wide_rows(self, solution: Solution) -> None:
        """logits that lie 1e4 apart give 0 and 1 without a warning"""
        logits = np.array([[-1e4, 1e4, 0.0], [0.0, 0.0, -1e4]])
        expected = np.array([[0, 1, 0], [0.5, 0.5, 0]])
        for arguments in ((1.0, None, None), (0.5, 2, None), (1.0, 3, 0.9), (0, None, None)):
            right = np.array([[0, 1, 0], [1, 0, 0]]) if arguments[0] == 0 else expected
            assert_close(solution.filter_probabilities(logits, *arguments), right, "the probabilities")
        assert_no_warnings(solution)

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        watched = Watched(solution)
        logits = watched.keep("logits", some_logits(rng, 2))
        solution.filter_probabilities(logits, 0.7, 4, 0.8)
        watched.assert_unchanged("filter_probabilities")
        ids = solution.sample(logits, 0.7, 4, 0.8, rng)
        assert_shape(ids, (2,), "sample(logits)")
        watched.assert_unchanged("sample")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS.values()), ids=list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """logits in another layout give the same"""
        logits = some_logits(rng, 2, 3)
        expected = solution.filter_probabilities(logits, 0.7, 5, 0.8)
        got = solution.filter_probabilities(layout(logits), 0.7, 5, 0.8)
        assert_close(got, np.asarray(expected), "the probabilities, compared with those of an ordinary array", rtol=EXACT)
        assert_close(np.asarray(got).sum(axis=-1), np.ones((2, 3)), "the sums of the probabilities")

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """float32 logits work"""
        logits = some_logits(rng, 3).astype(np.float32)
        got = solution.filter_probabilities(logits, 0.7, 4)
        assert_close(got, filter_probabilities(logits.astype(np.float64), 0.7, 4), "the probabilities", rtol=1e-5)
        assert_close(solution.sample(logits, 1.0, 1), logits.argmax(axis=-1), "sample(logits) with top_k = 1")


LOGITS = np.array([[0.0, 1.0, 3.0, 2.0]])
BAD: tuple[tuple[str, Callable[[Any], tuple[Any, ...]], tuple[Any, ...], str], ...] = (
    ("`temperature` is negative", lambda v: (v,), (-1.0, -0.1), "temperature"),
    ("`top_k` is below 1", lambda v: (1.0, v), (0, -3), "top_k"),
    ("`top_p` is 0 or below", lambda v: (1.0, None, v), (0.0, -0.5), "top_p"),
    ("`top_p` is above 1", lambda v: (1.0, None, v), (1.5, 90), "top_p"),
)


def row(call: str, when: str, arguments: Callable[[Any], tuple[Any, ...]], values: tuple[Any, ...], name: str) -> Rejection:
    """One bad argument of one of the two functions, which take the same."""
    function = call.partition("(")[0]
    return Rejection(call, when, lambda s, v: getattr(s, function)(LOGITS, *arguments(v)), values, name)


class TestErrors(Errors):
    rejections = tuple(
        row(call, *bad)
        for call in (
            "filter_probabilities(logits, temperature, top_k, top_p)",
            "sample(logits, temperature, top_k, top_p, rng)",
        )
        for bad in BAD
    )
