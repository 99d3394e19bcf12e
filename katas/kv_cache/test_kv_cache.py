"""Hidden tests of the kata kv-cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    CheckFailed,
    Errors,
    Rejection,
    RemoteObject,
    Solution,
    StartsNormal,
    Watched,
    assert_close,
    assert_honours_generator,
    assert_no_warnings,
    assert_shape,
    by_properties,
    expect,
    fetch,
    fill,
    kept,
    put,
    watches_inputs,
)
from reference.kv_cache import CachedAttention

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")
EMBED_DIM, HEADS = 12, 3
TOKENS = 7


def pair(
    solution: Solution, rng: np.random.Generator, embed_dim: int = EMBED_DIM, heads: int = HEADS
) -> tuple[RemoteObject, CachedAttention]:
    """The learner's layer and the reference, with the same random weights."""
    theirs: RemoteObject = solution.CachedAttention(embed_dim, heads)
    ours = CachedAttention(embed_dim, heads)
    for name in WEIGHTS:
        weight = rng.normal(size=(embed_dim, embed_dim)) / np.sqrt(3)
        setattr(theirs, name, weight)
        setattr(ours, name, weight)
    return theirs, ours


def tokens(rng: np.random.Generator, count: int = TOKENS, batch: int = 2) -> np.ndarray:
    return rng.normal(size=(batch, count, EMBED_DIM))


def some_cache(rng: np.random.Generator, length: int, batch: int = 2) -> dict[str, np.ndarray]:
    """A cache that no layer has made."""
    shape = (batch, HEADS, length, EMBED_DIM // HEADS)
    return {"k": rng.normal(size=shape), "v": rng.normal(size=shape)}


def step(layer: Any, x: np.ndarray, cache: Any = None) -> tuple[Any, dict[str, Any]]:
    """One step, of which the result must be an output and a cache."""
    result = layer.step(x) if cache is None else layer.step(x, cache)
    if not isinstance(result, list | tuple) or len(result) != 2:
        raise CheckFailed(f"step returned {type(result).__name__}, expected (out, cache)")
    out, new = result
    if not isinstance(new, dict) or set(new) != {"k", "v"}:
        raise CheckFailed(f"the cache is {sorted(new) if isinstance(new, dict) else type(new).__name__}, expected k and v")
    assert_shape(out, x.shape, "the output of step")
    return out, new


def run(layer: Any, x: np.ndarray, lengths: Sequence[int]) -> tuple[np.ndarray, dict[str, Any] | None]:
    """Step through x in pieces of these lengths: all outputs, joined, and the last cache."""
    outs, cache = [], None
    for piece in np.split(x, np.cumsum(lengths)[:-1], axis=1):
        out, cache = step(layer, piece, cache)
        outs.append(np.asarray(out))
    return np.concatenate(outs, axis=1), cache


class TestForward:
    @pytest.mark.parametrize(
        ("embed_dim", "heads", "shape"),
        [(12, 3, (2, 5, 12)), (8, 1, (2, 4, 8)), (8, 4, (1, 6, 8)), (12, 2, (3, 1, 12))],
        ids=["three heads", "one head", "pairs only", "one token"],
    )
    def test_values(
        self, solution: Solution, rng: np.random.Generator, embed_dim: int, heads: int, shape: tuple[int, ...]
    ) -> None:
        """forward gives causal attention with rotated queries and keys"""
        theirs, ours = pair(solution, rng, embed_dim, heads)
        x = rng.normal(size=shape)
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    def test_no_future(self, solution: Solution, rng: np.random.Generator) -> None:
        """a later token changes no earlier output"""
        theirs, ours = pair(solution, rng)
        x = tokens(rng)
        before = ours.forward(x)
        x[:, 5:] = rng.normal(size=(2, 2, EMBED_DIM))
        after = theirs.forward(x)
        assert_shape(after, x.shape, "forward(x)")
        assert_close(after[:, :5], before[:, :5], "the first five outputs after a change of the last two tokens")

    def test_changed_weights(self, solution: Solution, rng: np.random.Generator) -> None:
        """forward reads weights that were changed in place after an earlier call"""
        theirs, ours = pair(solution, rng)
        x = tokens(rng)
        theirs.forward(x)
        for name in WEIGHTS:
            weight = rng.normal(size=(EMBED_DIM, EMBED_DIM))
            fill(theirs, name, weight)
            setattr(ours, name, weight)
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    @by_properties
    @pytest.mark.parametrize("name", WEIGHTS)
    def test_start(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """{name} starts as N(0, 1 / embed_dim), the variance"""
        value = getattr(solution.CachedAttention(160, 2, rng=rng), name)
        assert_shape(value, (160, 160), name)
        StartsNormal(np.sqrt(1 / 160), "N(0, 1 / embed_dim)").judge(solution, value, name)


class TestCache:
    @pytest.mark.parametrize(
        "lengths", [(1,) * 7, (4, 1, 1, 1), (2, 3, 2)], ids=["one by one", "a prompt first", "in chunks"]
    )
    def test_steps(self, solution: Solution, rng: np.random.Generator, lengths: tuple[int, ...]) -> None:
        """the outputs of steps, joined, are those of forward"""
        theirs, ours = pair(solution, rng)
        x = tokens(rng)
        out, _ = run(theirs, x, lengths)
        assert_close(out, ours.forward(x), f"the outputs of steps of {list(lengths)} tokens")

    def test_all_cuts(self, solution: Solution, rng: np.random.Generator) -> None:
        """all 64 ways to cut seven tokens into steps give your own forward"""
        theirs, _ = pair(solution, rng)
        x = tokens(rng)
        expected = theirs.forward(x)
        assert_shape(expected, x.shape, "forward(x)")

        def go_on(lengths: tuple[int, ...], cache: Any) -> None:
            """Every step that can follow steps of these lengths; what they have in common is run once."""
            place = sum(lengths)
            for length in range(1, TOKENS - place + 1):
                steps = (*lengths, length)
                out, grown = step(theirs, x[:, place : place + length], cache)
                assert_close(out, expected[:, place : place + length], f"the last output of steps of {steps} tokens")
                go_on(steps, grown)

        go_on((), None)

    def test_contents(self, solution: Solution, rng: np.random.Generator) -> None:
        """the cache holds rotated keys and plain values of all tokens so far, as (N, H, S, D)"""
        theirs, ours = pair(solution, rng)
        x = tokens(rng)
        _, cache = run(theirs, x, (3, 1, 2, 1))
        assert cache is not None
        for name, expected in ours.step(x)[1].items():
            assert_close(cache[name], expected, f"cache[{name!r}] after seven tokens")

    @pytest.mark.parametrize("new", [1, 3])
    def test_given_cache(self, solution: Solution, rng: np.random.Generator, new: int) -> None:
        """all that a step knows of the past is in the cache, which may come from elsewhere"""
        theirs, ours = pair(solution, rng)
        cache, x = some_cache(rng, 5), tokens(rng, new)
        theirs.step(tokens(rng, 4))
        out, grown = step(theirs, x, cache)
        expected, expected_cache = ours.step(x, cache)
        assert_close(out, expected, "the output of a step from a cache of five tokens")
        for name, value in expected_cache.items():
            assert_close(grown[name], value, f"cache[{name!r}] after that step")

    def test_old_cache_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """step leaves the old cache as it was, and returns another"""
        theirs, _ = pair(solution, rng)
        before = some_cache(rng, 4)
        old = put(solution, before)
        _, grown = step(theirs, tokens(rng, 2), old)
        assert_shape(grown["k"], (2, HEADS, 6, EMBED_DIM // HEADS), "cache['k'] of the new cache")
        after = fetch(old)
        expect(isinstance(after, dict) and set(after) == {"k", "v"}, "the old cache has lost its keys")
        for name, value in before.items():
            assert_close(after[name], value, f"cache[{name!r}] of the old cache")

    def test_branches(self, solution: Solution, rng: np.random.Generator) -> None:
        """two continuations of one cache do not disturb each other"""
        theirs, ours = pair(solution, rng)
        prompt, one, two = tokens(rng, 3), tokens(rng, 2), tokens(rng, 2)
        _, stem = kept(theirs.step, 1)(prompt)
        _, branch = kept(theirs.step, 1)(one[:, :1], stem)
        step(theirs, two[:, :1], stem)
        out, _ = step(theirs, one[:, 1:], branch)
        expected = ours.forward(np.concatenate([prompt, one], axis=1))[:, -1:]
        assert_close(out, expected, "the output of the first branch, after a step of the second")

    def test_other_sequences(self, solution: Solution, rng: np.random.Generator) -> None:
        """sequences of a batch do not influence each other"""
        theirs, _ = pair(solution, rng)
        x = tokens(rng, batch=3)
        together, _ = run(theirs, x, (3, 2, 2))
        for n in range(3):
            alone, _ = run(theirs, x[n : n + 1], (3, 2, 2))
            assert_close(together[n : n + 1], alone, f"sequence {n} of three, compared with the same one alone")


class TestRobustness:
    def test_large_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """scores of some thousands give the exact result without a warning"""
        theirs, ours = pair(solution, rng)
        x, cache = 40 * tokens(rng, 3), some_cache(rng, 4)
        cache["k"] *= 40
        assert_close(step(theirs, x, cache)[0], ours.step(x, cache)[0], "the output of step")
        assert_no_warnings(solution)

    @by_properties
    def test_generator(self, solution: Solution) -> None:
        """the weights are drawn from the generator that is given"""
        made = solution.CachedAttention
        for name in WEIGHTS:
            assert_honours_generator(solution, lambda rng, name=name: getattr(made(8, 2, rng=rng), name), name)  # type: ignore[misc]

    @by_properties
    def test_default_generator(self, solution: Solution) -> None:
        """without a generator, two layers get different weights"""
        for name in WEIGHTS:
            first, second = (np.asarray(getattr(solution.CachedAttention(8, 2), name)) for _ in range(2))
            expect(not np.array_equal(first, second), f"two layers made without a generator have the same {name}")

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        theirs, _ = pair(solution, rng)
        watched = Watched(solution)
        x = tokens(rng, 3)
        assert_shape(theirs.forward(watched.keep("x", x)), x.shape, "forward(x)")
        watched.assert_unchanged("forward")
        step(theirs, x, some_cache(rng, 2))
        theirs.step(watched.keep("x", x))
        watched.assert_unchanged("step")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS.values()), ids=list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """arrays in another layout give the same"""
        theirs, _ = pair(solution, rng)
        x, cache = tokens(rng, 2), some_cache(rng, 3)
        expected, _ = step(theirs, x, cache)
        out, _ = step(theirs, layout(x), {name: layout(value) for name, value in cache.items()})
        assert_close(out, expected, "the output of step, compared with ordinary arrays")

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """float32 input works"""
        theirs, _ = pair(solution, rng)
        x = tokens(rng, 3).astype(np.float32)
        cache = {name: value.astype(np.float32) for name, value in some_cache(rng, 3).items()}
        expected, _ = step(theirs, x.astype(np.float64), {name: value.astype(np.float64) for name, value in cache.items()})
        assert_close(step(theirs, x, cache)[0], expected, "the output of step for float32 input", rtol=1e-5)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "CachedAttention(embed_dim, num_heads)",
            "`embed_dim` is not a multiple of `num_heads`",
            lambda s, v: s.CachedAttention(16, v),
            (3, 6),
            ("num_heads", "embed_dim", "heads"),
        ),
        Rejection(
            "CachedAttention(embed_dim, num_heads)",
            "`embed_dim / num_heads` is odd",
            lambda s, v: s.CachedAttention(12, v),
            (4, 12),
            ("num_heads", "embed_dim", "head"),
        ),
        Rejection(
            "step(x, cache)",
            "`x` has no token (t = 0)",
            lambda s, t: s.CachedAttention(8, 2).step(np.ones((2, t, 8))),
            (0,),
            ("x", "t", "token"),
        ),
    )
