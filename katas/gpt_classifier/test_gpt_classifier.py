"""Hidden tests of the kata gpt-classifier.

Parameters are redrawn at a scale of 0.5 before anything is compared: as they start, attention hardly shows.
"""

from __future__ import annotations

from collections.abc import Callable
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
    assert_gradient,
    assert_honours_generator,
    assert_keys,
    assert_no_warnings,
    assert_normal,
    assert_shape,
    assign_params,
    by_properties,
    fill,
    redrawn,
    watches_inputs,
)
from reference.gpt_classifier import GPT

# vocab_size, context, embed_dim, num_heads, num_layers
SIZES = (7, 6, 6, 3, 2)
VOCAB, CONTEXT, EMBED_DIM = SIZES[:3]
ONE_HEAD = (7, 6, 4, 1, 1)
CLASSES = 4
LENGTHS = {"unequal": (5, 1, 3), "full rows": (5, 5, 5), "one token each": (1, 1, 1)}


def pair(solution: Solution, rng: np.random.Generator, *sizes: int) -> tuple[RemoteObject, GPT]:
    """The learner's model and the reference, with the same random parameters."""
    arguments: Any = sizes or SIZES
    theirs, ours = solution.GPT(*arguments), GPT(*arguments)
    assign_params(redrawn(rng, ours.params, 0.5), theirs, ours)
    return theirs, ours


def batch(rng: np.random.Generator, lengths: tuple[int, ...] = (5, 1, 3), width: int = EMBED_DIM) -> dict[str, np.ndarray]:
    """Sequences of up to five tokens, their lengths and labels, a head and its biases."""
    n = len(lengths)
    return {
        "ids": rng.integers(0, VOCAB - 1, size=(n, 5)),
        "lengths": np.array(lengths),
        "labels": rng.integers(0, CLASSES, size=n),
        "head": rng.normal(size=(width, CLASSES)),
        "bias": rng.normal(size=CLASSES),
    }


def scores_of(model: Any, given: dict[str, Any]) -> Any:
    return model.classify(given["ids"], given["lengths"], given["head"], given["bias"])


def loss_of(model: Any, given: dict[str, Any]) -> tuple[Any, Any, Any]:
    """What head_loss returned, which must be a loss and two gradients."""
    result = model.head_loss(given["ids"], given["lengths"], given["labels"], given["head"], given["bias"])
    if not isinstance(result, list | tuple) or len(result) != 3:
        raise CheckFailed(f"head_loss returned {type(result).__name__}, expected (loss, d_head, d_bias)")
    loss, d_head, d_bias = result
    assert_shape(loss, (), "the loss")
    return loss, d_head, d_bias


class TestForward:
    @pytest.mark.parametrize("lengths", LENGTHS.values(), ids=list(LENGTHS))
    def test_scores(self, solution: Solution, rng: np.random.Generator, lengths: tuple[int, ...]) -> None:
        """classify gives the scores of the classes, read at the last real token"""
        theirs, ours = pair(solution, rng)
        given = batch(rng, lengths)
        assert_close(scores_of(theirs, given), scores_of(ours, given), "classify(...)")

    def test_one_head(self, solution: Solution, rng: np.random.Generator) -> None:
        """classify works for one head and one layer"""
        theirs, ours = pair(solution, rng, *ONE_HEAD)
        given = batch(rng, width=ONE_HEAD[2])
        assert_close(scores_of(theirs, given), scores_of(ours, given), "classify(...)")

    def test_one_token(self, solution: Solution, rng: np.random.Generator) -> None:
        """classify takes rows of a single token"""
        theirs, ours = pair(solution, rng)
        given = batch(rng, (1, 1, 1))
        given["ids"] = given["ids"][:, :1]
        assert_close(scores_of(theirs, given), scores_of(ours, given), "classify(...)")

    def test_padding(self, solution: Solution, rng: np.random.Generator) -> None:
        """what stands in the padding has no influence"""
        theirs, ours = pair(solution, rng)
        given = batch(rng)
        expected = scores_of(ours, given)
        for row, length in enumerate(given["lengths"]):
            given["ids"][row, length:] = VOCAB - 1
        assert_close(scores_of(theirs, given), expected, "classify(...) after a change of the padding")

    @pytest.mark.parametrize("lengths", LENGTHS.values(), ids=list(LENGTHS))
    def test_loss(self, solution: Solution, rng: np.random.Generator, lengths: tuple[int, ...]) -> None:
        """head_loss gives the mean cross-entropy over the sequences"""
        theirs, ours = pair(solution, rng)
        given = batch(rng, lengths)
        assert_close(loss_of(theirs, given)[0], loss_of(ours, given)[0], "the loss")

    def test_changed_parameters(self, solution: Solution, rng: np.random.Generator) -> None:
        """classify reads parameters that were changed in place after an earlier call"""
        theirs, ours = pair(solution, rng)
        given = batch(rng)
        scores_of(theirs, given)
        ours.params = redrawn(rng, ours.params, 0.5)
        for name, value in ours.params.items():
            fill(theirs, ("params", name), value)
        assert_close(scores_of(theirs, given), scores_of(ours, given), "classify(...)")

    def test_large_attention(self, solution: Solution, rng: np.random.Generator) -> None:
        """attention scores of 1e4 give the exact result without a warning"""
        theirs, ours = pair(solution, rng)
        assign_params({name: 1e4 * value for name, value in ours.params.items() if name.endswith(".w_q")}, theirs, ours)
        given = batch(rng)
        assert_close(scores_of(theirs, given), scores_of(ours, given), "classify(...)")
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


class TestGradient:
    @pytest.mark.parametrize("name", ["head", "bias"])
    def test_own_loss(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """d_{name} is the derivative of your own loss"""
        theirs, _ = pair(solution, rng)
        given = batch(rng)
        place = {"head": 1, "bias": 2}[name]

        def forward(value: np.ndarray) -> Any:
            return np.asarray(loss_of(theirs, {**given, name: value})[0])

        def backward(d_out: np.ndarray) -> Any:
            return loss_of(theirs, given)[place] * d_out

        assert_gradient(forward, given[name], backward, rng, f"d_{name}")

    @pytest.mark.parametrize("lengths", LENGTHS.values(), ids=list(LENGTHS))
    @pytest.mark.parametrize("name", ["head", "bias"])
    def test_correct(self, solution: Solution, rng: np.random.Generator, name: str, lengths: tuple[int, ...]) -> None:
        """d_{name} is correct"""
        theirs, ours = pair(solution, rng)
        given = batch(rng, lengths)
        place = {"head": 1, "bias": 2}[name]
        assert_close(loss_of(theirs, given)[place], loss_of(ours, given)[place], f"d_{name}")


class TestRobustness:
    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        theirs, _ = pair(solution, rng)
        watched = Watched(solution)
        given = watched.keep_all(batch(rng))
        scores_of(theirs, given)
        watched.assert_unchanged("classify")
        loss_of(theirs, given)
        watched.assert_unchanged("head_loss")

    def test_large_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """scores of 1e4 give a finite loss and correct gradients, without a warning"""
        theirs, ours = pair(solution, rng)
        given = batch(rng)
        given["head"] *= 1e4
        for what, got, expected in zip(
            ("the loss", "d_head", "d_bias"), loss_of(theirs, given), loss_of(ours, given), strict=True
        ):
            assert_close(got, expected, what)
        assert_no_warnings(solution)

    def test_frozen(self, solution: Solution, rng: np.random.Generator) -> None:
        """the model is frozen: head_loss changes none of its parameters"""
        theirs, ours = pair(solution, rng)
        loss_of(theirs, batch(rng))
        for name, value in ours.params.items():
            assert_close(theirs.params[name], value, name)


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS.values()), ids=list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """arrays in another layout give the same"""
        theirs, ours = pair(solution, rng)
        given = batch(rng)
        got = loss_of(theirs, {name: layout(value) for name, value in given.items()})
        for what, value, expected in zip(("the loss", "d_head", "d_bias"), got, loss_of(ours, given), strict=True):
            assert_close(value, expected, what)


def classified(solution: Any, **changed: Any) -> None:
    """The loss of two sequences, with some of the arguments changed; the scores alone where there are no labels."""
    given = {"ids": [[1, 2, 3], [4, 5, 6]], "lengths": [3, 2], **changed}
    arrays = {name: np.array(value) for name, value in given.items()}
    arrays |= {"head": np.ones((EMBED_DIM, CLASSES)), "bias": np.zeros(CLASSES)}
    (loss_of if "labels" in changed else scores_of)(solution.GPT(*SIZES), arrays)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "classify(ids, lengths, head, bias)",
            "a length is outside 1 .. T",
            lambda s, length: classified(s, lengths=[3, length]),
            (0, 4, -1),
            ("lengths", "length"),
        ),
        Rejection(
            "classify(ids, lengths, head, bias)",
            "`ids` has more than `context` tokens a row",
            lambda s, length: classified(s, ids=np.ones((2, length), dtype=int)),
            (7,),
            ("ids", "context", "token", "tokens"),
        ),
        Rejection(
            "classify(ids, lengths, head, bias)",
            "an id is outside 0 .. V−1",
            lambda s, value: classified(s, ids=[[1, value, 3], [4, 5, 6]]),
            (-1, VOCAB),
            ("ids", "id", "token"),
        ),
        Rejection(
            "head_loss(ids, lengths, labels, head, bias)",
            "a label is outside 0 .. C−1",
            lambda s, label: classified(s, labels=[0, label]),
            (-1, CLASSES),
            ("labels", "label", "class"),
        ),
    )
