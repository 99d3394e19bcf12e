"""Hidden tests of the kata gpt-cache.

Parameters are redrawn at a scale of 0.5 before anything is compared: as they start, attention hardly shows in the logits.
"""

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
    Watched,
    assert_close,
    assert_honours_generator,
    assert_keys,
    assert_no_warnings,
    assert_normal,
    assert_shape,
    assign_params,
    by_properties,
    fetch,
    fill,
    kept,
    put,
    redrawn,
    watches_inputs,
)
from reference.gpt_cache import GPT

# vocab_size, context, embed_dim, num_heads, num_layers
SIZES = (7, 6, 6, 3, 2)
VOCAB, CONTEXT, EMBED_DIM, HEADS, LAYERS = SIZES
ONE_HEAD = (5, 6, 4, 1, 1)
CUTS = {
    "one by one": (1, 1, 1, 1, 1, 1),
    "a prompt first": (3, 1, 1, 1),
    "in chunks": (2, 3, 1),
    "two halves": (3, 3),
}


def pair(solution: Solution, rng: np.random.Generator, *sizes: int) -> tuple[RemoteObject, GPT]:
    """The learner's model and the reference, with the same random parameters."""
    arguments: Any = sizes or SIZES
    theirs, ours = solution.GPT(*arguments), GPT(*arguments)
    assign_params(redrawn(rng, ours.params, 0.5), theirs, ours)
    return theirs, ours


def ids_of(rng: np.random.Generator, length: int = CONTEXT, n: int = 3) -> np.ndarray:
    return rng.integers(0, 5, size=(n, length))


def some_cache(rng: np.random.Generator, length: int, n: int = 3) -> dict[str, np.ndarray]:
    """A cache that no model has made."""
    shape = (LAYERS, n, HEADS, length, EMBED_DIM // HEADS)
    return {"k": rng.normal(size=shape), "v": rng.normal(size=shape)}


def step(model: Any, ids: np.ndarray, cache: Any = None) -> tuple[Any, dict[str, Any]]:
    """One step, of which the result must be logits and a cache."""
    result = model.step(ids) if cache is None else model.step(ids, cache)
    if not isinstance(result, list | tuple) or len(result) != 2:
        raise CheckFailed(f"step returned {type(result).__name__}, expected (logits, cache)")
    logits, new = result
    if not isinstance(new, dict) or set(new) != {"k", "v"}:
        raise CheckFailed(f"the cache is {sorted(new) if isinstance(new, dict) else type(new).__name__}, expected k and v")
    return logits, new


def run(model: Any, ids: np.ndarray, lengths: Sequence[int]) -> tuple[np.ndarray, Any]:
    """Step through ids in pieces of these lengths: all logits, joined, and the last cache."""
    outs, cache = [], None
    for piece in np.split(ids, np.cumsum(lengths)[:-1], axis=1):
        logits, cache = step(model, piece, cache)
        assert_shape(logits, (*piece.shape, VOCAB), "the logits of a step")
        outs.append(np.asarray(logits))
    return np.concatenate(outs, axis=1), cache


class TestForward:
    @pytest.mark.parametrize(
        ("sizes", "length"),
        [(SIZES, 4), (SIZES, CONTEXT), (SIZES, 1), (ONE_HEAD, 3)],
        ids=["plain", "full context", "one token", "one head, one layer"],
    )
    def test_logits(self, solution: Solution, rng: np.random.Generator, sizes: tuple[int, ...], length: int) -> None:
        """logits gives the scores of the next token at every place"""
        theirs, ours = pair(solution, rng, *sizes)
        ids = ids_of(rng, length)
        assert_close(theirs.logits(ids), ours.logits(ids), "logits(ids)")

    def test_changed_parameters(self, solution: Solution, rng: np.random.Generator) -> None:
        """step reads parameters that were changed in place after an earlier call"""
        theirs, ours = pair(solution, rng)
        ids = ids_of(rng, 4)
        step(theirs, ids)
        ours.params = redrawn(rng, ours.params, 0.5)
        for name, value in ours.params.items():
            fill(theirs, ("params", name), value)
        assert_close(step(theirs, ids)[0], ours.logits(ids), "the logits of a step")

    def test_large_attention(self, solution: Solution, rng: np.random.Generator) -> None:
        """attention scores of 1e4 give the exact result without a warning"""
        theirs, ours = pair(solution, rng)
        assign_params({name: 1e4 * value for name, value in ours.params.items() if name.endswith(".w_q")}, theirs, ours)
        ids = ids_of(rng)
        assert_close(theirs.logits(ids), ours.logits(ids), "logits(ids)")
        assert_no_warnings(solution)

    @by_properties
    @pytest.mark.parametrize("name", ["tokens", "blocks.0.w_k"])
    def test_start(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """{name} starts as N(0, 0.02 squared)"""
        params = solution.GPT(150, 8, 144, 2, 1, rng=rng).params
        assert_shape(params[name], (150 if name == "tokens" else 144, 144), name)
        assert_normal(solution, params[name], 0.02, name)

    @by_properties
    def test_generator(self, solution: Solution) -> None:
        """parameters are drawn from the generator that is given"""
        assert_honours_generator(solution, lambda rng: solution.GPT(*SIZES, rng=rng).params["tokens"], "tokens")

    def test_start_of_vectors(self, solution: Solution) -> None:
        """gammas start at 1, betas and biases at 0"""
        params = solution.GPT(*SIZES, rng=np.random.default_rng(1)).params
        assert_keys(params, GPT(*SIZES).params, "params")
        for name, value in GPT(*SIZES).params.items():
            if value.ndim == 1:
                assert_close(params[name], value, name)


class TestCache:
    @pytest.mark.parametrize("lengths", CUTS.values(), ids=list(CUTS))
    def test_steps(self, solution: Solution, rng: np.random.Generator, lengths: tuple[int, ...]) -> None:
        """the logits of steps, joined, are those of the whole sequence"""
        theirs, ours = pair(solution, rng)
        ids = ids_of(rng)
        assert_close(run(theirs, ids, lengths)[0], ours.logits(ids), f"the logits of steps of {list(lengths)} tokens")

    @pytest.mark.parametrize("lengths", [(5,), (2, 1, 2)], ids=["one step", "three steps"])
    def test_contents(self, solution: Solution, rng: np.random.Generator, lengths: tuple[int, ...]) -> None:
        """the cache holds keys and values of every block, for all tokens so far"""
        theirs, ours = pair(solution, rng)
        ids = ids_of(rng, 5)
        cache, expected = run(theirs, ids, lengths)[1], ours.step(ids)[1]
        for name in ("k", "v"):
            assert_close(cache[name], expected[name], f"cache[{name!r}]")

    @pytest.mark.parametrize("length", [1, 3])
    def test_made_up_cache(self, solution: Solution, rng: np.random.Generator, length: int) -> None:
        """a step needs nothing but the cache: it works from one that no model has made"""
        theirs, ours = pair(solution, rng)
        cache, ids = some_cache(rng, 3), ids_of(rng, length)
        assert_close(step(theirs, ids, cache)[0], ours.step(ids, cache)[0], "the logits after a made-up cache")

    def test_later_token_of_a_step(self, solution: Solution, rng: np.random.Generator) -> None:
        """within a step of several tokens, a later one changes no earlier logits"""
        theirs, ours = pair(solution, rng)
        cache, ids = some_cache(rng, 2), ids_of(rng, 3)
        before = ours.step(ids, cache)[0]
        ids[:, 2] = 5
        after = step(theirs, ids, cache)[0]
        assert_shape(after, (3, 3, VOCAB), "the logits of a step")
        assert_close(np.asarray(after)[:, :2], before[:, :2], "the first two logits after a change of the third token")

    def test_branches(self, solution: Solution, rng: np.random.Generator) -> None:
        """two continuations of one cache do not disturb each other"""
        theirs, ours = pair(solution, rng)
        prompt, one, other = ids_of(rng, 3), ids_of(rng, 2), ids_of(rng, 2)
        cache = put(solution, {name: value.copy() for name, value in ours.step(prompt)[1].items()})
        for ids in (one, other, one):
            expected = ours.logits(np.concatenate([prompt, ids], axis=1))[:, 3:]
            assert_close(step(theirs, ids, cache)[0], expected, "the logits of a continuation")

    def test_sequences_are_apart(self, solution: Solution, rng: np.random.Generator) -> None:
        """the sequences of a batch do not see each other"""
        theirs, ours = pair(solution, rng)
        ids = ids_of(rng, 5)
        alone = run(theirs, ids[:1], (3, 2))[0]
        assert_close(alone, ours.logits(ids)[:1], "the logits of the first sequence on its own")


class TestRobustness:
    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given, those of the old cache included"""
        theirs, _ = pair(solution, rng)
        watched = Watched(solution)
        ids = watched.keep("ids", ids_of(rng, 2))
        cache = watched.keep_all(some_cache(rng, 3))
        theirs.step(ids, cache)
        watched.assert_unchanged("step")
        theirs.logits(ids)
        watched.assert_unchanged("logits")

    def test_results_stay(self, solution: Solution, rng: np.random.Generator) -> None:
        """a later step writes into no cache that was returned before"""
        theirs, ours = pair(solution, rng)
        ids = ids_of(rng)
        first = kept(theirs.step)(ids[:, :3])
        _, cache = step(ours, ids[:, :3])
        theirs.step(ids[:, 3:4], fetch(first)[1])
        theirs.step(ids[::-1, 3:6])
        for name in ("k", "v"):
            assert_close(fetch(first)[1][name], cache[name], f"cache[{name!r}] of the first step, after two others")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS.values()), ids=list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """ids and caches in another layout give the same"""
        theirs, ours = pair(solution, rng)
        cache, ids = some_cache(rng, 3), ids_of(rng, 2)
        arranged = {name: layout(value) for name, value in cache.items()}
        assert_close(step(theirs, layout(ids), arranged)[0], ours.step(ids, cache)[0], "the logits of a step")


def stepped(solution: Any, ids: Any, past: int = 0) -> None:
    """One step of a small model, after so many tokens."""
    model = solution.GPT(*SIZES)
    cache = step(model, np.zeros((2, past), dtype=int))[1] if past else None
    step(model, np.array(ids), cache)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "step(ids, cache)",
            "`ids` has no token (t = 0)",
            lambda s, length: stepped(s, np.zeros((2, length), dtype=int)),
            (0,),
            ("ids", "token", "tokens", "length"),
        ),
        Rejection(
            "step(ids, cache)",
            "there are more than `context` tokens, those in the cache included",
            lambda s, past: stepped(s, np.zeros((2, 3), dtype=int), past),
            (4, 6),
            ("ids", "context", "token", "tokens", "cache"),
            None,
        ),
        Rejection(
            "step(ids, cache)",
            "an id is outside 0 .. V−1",
            lambda s, value: stepped(s, [[0, value], [1, 1]]),
            (-1, VOCAB),
            ("ids", "id", "token"),
        ),
    )
