"""Hidden tests of the kata gpt.

Parameters are redrawn at a scale of 0.5 before values and gradients are checked: as they start, the weights of queries and
keys hold some 1e-4 of the gradient's norm, and no direction would notice them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    DRAWS,
    CheckFailed,
    Errors,
    Rejection,
    RemoteObject,
    Solution,
    Watched,
    assert_close,
    assert_frequencies,
    assert_honours_generator,
    assert_keys,
    assert_network_gradients,
    assert_no_warnings,
    assert_normal,
    assert_shape,
    assign_params,
    by_properties,
    expect,
    fill,
    gapped,
    read_only,
    redrawn,
    replace,
    watches_inputs,
)
from reference.gpt import GPT

# vocab_size, context, embed_dim, num_heads, num_layers
SIZES = (7, 5, 6, 3, 2)
VOCAB, CONTEXT = SIZES[:2]
NAMES = tuple(GPT(*SIZES).params)
PARTS = {
    "tokens": ("tokens",),
    "positions": ("positions",),
    "the first block": tuple(name for name in NAMES if name.startswith("blocks.0.")),
    "the second block": tuple(name for name in NAMES if name.startswith("blocks.1.")),
    "the final norm": ("gamma", "beta"),
}


def pair(solution: Solution, rng: np.random.Generator, *sizes: int) -> tuple[RemoteObject, GPT]:
    """The learner's model and the reference, with the same random parameters."""
    arguments: Any = sizes or SIZES
    theirs, ours = solution.GPT(*arguments), GPT(*arguments)
    assign_params(redrawn(rng, ours.params, 0.5), theirs, ours)
    return theirs, ours


def ids_of(rng: np.random.Generator, n: int = 3, length: int = 4, vocab: int = VOCAB) -> np.ndarray:
    """Ids with repeated tokens; the last token of the vocabulary is never among them."""
    ids = rng.integers(0, vocab - 1, size=(n, length))
    ids[:, -1] = ids[:, 0]
    return ids


def loss_of(model: Any, ids: np.ndarray, targets: np.ndarray) -> tuple[Any, dict[str, Any]]:
    """The loss and its gradients, which must have the keys of params."""
    result = model.loss(ids, targets)
    if not isinstance(result, list | tuple) or len(result) != 2:
        raise CheckFailed(f"loss returned {type(result).__name__}, expected (loss, grads)")
    loss, grads = result
    assert_shape(loss, (), "the loss")
    assert_keys(grads, model.params if isinstance(model, GPT) else grads, "grads")
    return loss, grads


def assert_own_gradients(
    theirs: RemoteObject,
    ours: GPT,
    batch: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
    names: tuple[str, ...],
    directions: int,
) -> None:
    """Fail unless the gradients for these parameters, by default all at once, are the derivative of the learner's loss."""
    start, now = dict(ours.params), dict(ours.params)

    def at(values: Mapping[str, np.ndarray]) -> tuple[Any, dict[str, Any]]:
        assign_params({name: value for name, value in values.items() if now[name] is not value}, theirs)
        now.update(values)
        return loss_of(theirs, *batch)

    assert_network_gradients(lambda values: at(values)[0], lambda _: at(start)[1], start, rng, names, directions)


class TestForward:
    @pytest.mark.parametrize(
        ("sizes", "n", "length"),
        [(SIZES, 3, 4), (SIZES, 2, CONTEXT), (SIZES, 2, 1), ((5, 6, 4, 1, 1), 1, 3), ((4, 3, 8, 2, 3), 2, 3)],
        ids=["plain", "full context", "one token", "one head, one layer", "three layers"],
    )
    def test_logits(self, solution: Solution, rng: np.random.Generator, sizes: tuple[int, ...], n: int, length: int) -> None:
        """logits gives the scores of the next token at every place"""
        theirs, ours = pair(solution, rng, *sizes)
        ids = ids_of(rng, n, length, sizes[0])
        assert_close(theirs.logits(ids), ours.logits(ids), "logits(ids)")

    def test_no_future(self, solution: Solution, rng: np.random.Generator) -> None:
        """a later token changes no earlier scores"""
        theirs, ours = pair(solution, rng)
        ids = ids_of(rng)
        before = ours.logits(ids)
        ids[:, 3] = VOCAB - 1
        after = theirs.logits(ids)
        assert_shape(after, (3, 4, VOCAB), "logits(ids)")
        assert_close(after[:, :3], before[:, :3], "the scores of the first three places after a change of the fourth token")

    @pytest.mark.parametrize("length", [4, 1])
    def test_loss(self, solution: Solution, rng: np.random.Generator, length: int) -> None:
        """loss gives the mean cross-entropy over all places"""
        theirs, ours = pair(solution, rng)
        ids, targets = ids_of(rng, 3, length), rng.integers(0, VOCAB, size=(3, length))
        assert_close(loss_of(theirs, ids, targets)[0], ours.loss(ids, targets)[0], "the loss")

    @pytest.mark.parametrize("change", [fill, replace], ids=["in place", "replaced"])
    def test_changed_parameters(self, solution: Solution, rng: np.random.Generator, change: Callable[..., None]) -> None:
        """logits and loss read parameters that have changed since an earlier call"""
        theirs, ours = pair(solution, rng)
        ids, targets = ids_of(rng), rng.integers(0, VOCAB, size=(3, 4))
        loss_of(theirs, ids, targets)
        ours.params = redrawn(rng, ours.params, 0.5)
        for name, value in ours.params.items():
            change(theirs, ("params", name), value)
        assert_close(theirs.logits(ids), ours.logits(ids), "logits(ids)")
        loss, grads = loss_of(theirs, ids, targets)
        expected, expected_grads = ours.loss(ids, targets)
        assert_close(loss, expected, "the loss")
        for name, grad in expected_grads.items():
            assert_close(grads[name], grad, f"the gradient of {name}")

    @by_properties
    @pytest.mark.parametrize("name", ["tokens", "positions", "blocks.0.w_k", "blocks.0.w2"])
    def test_start(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """{name} starts as N(0, 0.02 squared)"""
        params = solution.GPT(150, 160, 144, 2, 1, rng=rng).params
        shape = {"tokens": (150, 144), "positions": (160, 144), "blocks.0.w2": (576, 144)}.get(name, (144, 144))
        expect(isinstance(params, dict) and name in params, f"params must be a dict with the key {name}")
        assert_shape(params[name], shape, name)
        assert_normal(solution, params[name], 0.02, name)

    def test_start_of_vectors(self, solution: Solution) -> None:
        """gammas start at 1, betas and biases at 0"""
        params = solution.GPT(*SIZES, rng=np.random.default_rng(1)).params
        assert_keys(params, NAMES, "params")
        for name, value in GPT(*SIZES).params.items():
            if value.ndim == 1:
                assert_close(params[name], value, name)


class TestGradient:
    @pytest.mark.parametrize("name", ["tokens", "positions", "blocks.0.w_k", "gamma"])
    def test_own_loss(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """the gradient of {name} is the derivative of your own loss"""
        theirs, ours = pair(solution, rng)
        assert_own_gradients(theirs, ours, (ids_of(rng), rng.integers(0, VOCAB, size=(3, 4))), rng, (name,), 3)

    @pytest.mark.parametrize("quarter", range(4), ids=["5 directions", "5 to 10", "10 to 15", "15 to 20"])
    def test_all_at_once(self, solution: Solution, rng: np.random.Generator, quarter: int) -> None:
        """along random directions over all parameters at once, grads is the derivative of your own loss"""
        theirs, ours = pair(solution, rng, 5, 3, 4, 2, 1)
        assert_own_gradients(theirs, ours, (ids_of(rng, 2, 3, 5), rng.integers(0, 5, size=(2, 3))), rng, (), 5)

    @pytest.mark.parametrize("part", PARTS)
    def test_correct(self, solution: Solution, rng: np.random.Generator, part: str) -> None:
        """the gradients of {part} are correct"""
        theirs, ours = pair(solution, rng)
        ids, targets = ids_of(rng), rng.integers(0, VOCAB, size=(3, 4))
        _, grads = loss_of(theirs, ids, targets)
        assert_keys(grads, NAMES, "grads")
        expected = ours.loss(ids, targets)[1]
        for name in PARTS[part]:
            assert_close(grads[name], expected[name], f"the gradient of {name}")

    def test_own_batch_only(self, solution: Solution, rng: np.random.Generator) -> None:
        """the gradients are those of this batch alone, whatever came before"""
        theirs, ours = pair(solution, rng)
        for n, length in ((3, 4), (3, 4), (1, 2), (2, 5)):
            ids, targets = ids_of(rng, n, length), rng.integers(0, VOCAB, size=(n, length))
            _, grads = loss_of(theirs, ids, targets)
            theirs.logits(ids_of(rng, n, length))
            assert_keys(grads, NAMES, "grads")
            for name, expected in ours.loss(ids, targets)[1].items():
                assert_close(grads[name], expected, f"the gradient of {name} for a batch of shape {ids.shape}")


class TestTraining:
    def test_initial_loss(self, solution: Solution, rng: np.random.Generator) -> None:
        """the loss starts at the logarithm of the size of the vocabulary"""
        model = solution.GPT(16, 8, 32, 4, 2, rng=rng)
        loss, _ = loss_of(model, *rng.integers(0, 16, size=(2, 8, 8)))
        expect(abs(loss - np.log(16)) < 0.1, f"the loss starts at {loss:.3f}, expected about log 16 = {np.log(16):.3f}")

    def test_overfits(self, solution: Solution) -> None:
        """Adam learns one batch by heart"""
        # one fixed batch and start: how many steps are needed should not depend on the seed
        rng = np.random.default_rng(1)
        model = solution.GPT(16, 8, 32, 4, 2, rng=rng)
        params = {name: np.array(value) for name, value in model.params.items()}
        moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in params.items()}
        ids, targets = rng.integers(0, 16, size=(2, 8, 8))
        loss = np.inf
        for step in range(1, 201):
            loss, grads = loss_of(model, ids, targets)
            if loss < 0.2:
                return
            assert_keys(grads, params, "grads")
            for name, value in params.items():
                assert_shape(grads[name], value.shape, f"the gradient of {name}")
                first, second = moments[name]
                first += 0.1 * (grads[name] - first)
                second += 0.001 * (np.square(grads[name]) - second)
                value -= 1e-2 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
                fill(model, ("params", name), value)
        raise CheckFailed(f"after 200 steps of Adam on one batch the loss is {loss:.3f}, expected below 0.2")


def new_tokens(model: Any, ids: np.ndarray, length: int, *options: Any) -> np.ndarray:
    """What generate adds to ids, which must be the beginning of its result."""
    out = model.generate(ids, length, *options)
    assert_shape(out, (ids.shape[0], ids.shape[1] + length), f"generate(ids, {length})")
    assert_close(np.asarray(out)[:, : ids.shape[1]], ids, f"the beginning of generate(ids, {length})")
    return np.asarray(out)[:, ids.shape[1] :]


def with_scores(model: GPT, scores: np.ndarray) -> dict[str, np.ndarray]:
    """Parameters with which every place has these very scores: the final norm gives (1, 0, 0, ...) for whatever comes."""
    tokens = model.params["tokens"].copy()
    tokens[:, 0] = scores
    first = np.zeros(tokens.shape[1])
    first[0] = 1
    return {"gamma": np.zeros(tokens.shape[1]), "beta": first, "tokens": tokens}


class TestGeneration:
    @pytest.mark.parametrize(
        ("start", "length"), [(2, 2), (3, 6), (CONTEXT, 3), (CONTEXT + 3, 2)], ids=["short", "long", "full", "too long"]
    )
    def test_greedy(self, solution: Solution, rng: np.random.Generator, start: int, length: int) -> None:
        """at temperature 0 each new token is the most probable one, given the last `context` tokens"""
        theirs, ours = pair(solution, rng)
        ids = ids_of(rng, 16, start)
        expected = ours.generate(ids, length)[:, start:]
        assert_close(new_tokens(theirs, ids, length), expected, f"the {length} tokens after {start} given ones")

    def test_last_tokens(self, solution: Solution, rng: np.random.Generator) -> None:
        """a model that repeats its last token does so however long the text is"""
        theirs, ours = pair(solution, rng)
        # nothing is added to the tokens, and of rows without a mean and of one length each is most like itself
        values = {name: np.zeros_like(value) for name, value in ours.params.items() if name.endswith((".w_o", ".w2", ".b2"))}
        tokens = ours.params["tokens"] - ours.params["tokens"].mean(axis=1, keepdims=True)
        values["tokens"] = tokens / np.linalg.norm(tokens, axis=1, keepdims=True)
        values |= {"positions": np.zeros((CONTEXT, 6)), "gamma": np.ones(6), "beta": np.zeros(6)}
        assign_params(values, theirs, ours)
        ids = ids_of(rng, 16, CONTEXT + 3)
        assert_close(new_tokens(theirs, ids, 3), np.repeat(ids[:, -1:], 3, axis=1), "three new tokens")

    def test_greedy_by_logits(self, solution: Solution, rng: np.random.Generator) -> None:
        """at temperature 0 generate takes the maximum of your own logits"""
        theirs, _ = pair(solution, rng)
        ids = ids_of(rng, 4, 3)
        got = new_tokens(theirs, ids, 4)
        for place in range(4):
            scores = theirs.logits(ids[:, -CONTEXT:])
            assert_shape(scores, (4, min(3 + place, CONTEXT), VOCAB), "logits(ids)")
            ids = np.concatenate([ids, np.asarray(scores)[:, -1].argmax(axis=1)[:, None]], axis=1)
            assert_close(got[:, place], ids[:, -1], f"new token {place}")

    def test_tie(self, solution: Solution, rng: np.random.Generator) -> None:
        """of several most probable tokens the first is taken"""
        theirs, ours = pair(solution, rng)
        assign_params(with_scores(ours, np.array([1.0, 0, 3, 2, 3, 0, 3])), theirs, ours)
        ids = ids_of(rng, 3, 3)
        assert_close(new_tokens(theirs, ids, 2), np.full((3, 2), 2), "two new tokens, where 2, 4 and 6 are as probable")

    def test_no_new_token(self, solution: Solution, rng: np.random.Generator) -> None:
        """length 0 gives the ids back, and every longer one begins with them"""
        theirs, ours = pair(solution, rng)
        ids = ids_of(rng)
        assert_shape(new_tokens(theirs, ids, 0), (3, 0), "the new tokens")
        assert_close(new_tokens(theirs, ids, 1), ours.generate(ids, 1)[:, 4:], "one new token")

    @by_properties
    def test_draws(self, solution: Solution, rng: np.random.Generator) -> None:
        """at other temperatures the token is drawn from softmax(logits / temperature)"""
        theirs, ours = pair(solution, rng, 5, 3, 4, 2, 1)
        scores = np.array([4.5, 0, 6, 1.5, 3])
        assign_params(with_scores(ours, scores), theirs, ours)
        probabilities = np.exp(scores / 3) / np.exp(scores / 3).sum()
        drawn = new_tokens(theirs, np.repeat(ids_of(rng, 1, 2, 5), DRAWS, axis=0), 1, 3.0, rng)
        counts = np.bincount(drawn[:, 0].astype(int), minlength=5)
        assert_frequencies(solution, counts, probabilities, "the next token at temperature 3")

    @by_properties
    def test_drawn_sequences(self, solution: Solution, rng: np.random.Generator) -> None:
        """sequences of a batch are drawn independently, with the generator that is given"""
        theirs, _ = pair(solution, rng)
        ids = np.repeat(ids_of(rng, 1, 3), 8, axis=0)
        assert_honours_generator(
            solution, lambda generator: new_tokens(theirs, ids, 12, 0.9, generator), "what generate adds"
        )
        drawn = new_tokens(theirs, ids, 12, 0.9, rng)
        expect(len(np.unique(drawn, axis=0)) > 1, "eight sequences with the same beginning are all continued alike")
        one, two = (new_tokens(theirs, ids, 12, 0.9) for _ in range(2))
        expect(not np.array_equal(one, two), "without a generator, two calls give the same tokens")


class TestRobustness:
    def test_large_logits(self, solution: Solution, rng: np.random.Generator) -> None:
        """scores of some thousands give a finite loss and correct gradients, without a warning"""
        theirs, ours = pair(solution, rng)
        assign_params(
            {name: 60 * ours.params[name] for name in ("tokens", "gamma", "blocks.0.w_q", "blocks.0.w_k")}, theirs, ours
        )
        ids, targets = ids_of(rng), rng.integers(0, VOCAB, size=(3, 4))
        loss, grads = loss_of(theirs, ids, targets)
        expected, expected_grads = ours.loss(ids, targets)
        assert_close(loss, expected, "the loss")
        assert_close(grads["gamma"], expected_grads["gamma"], "the gradient of gamma")
        assert_no_warnings(solution)

    def test_two_models(self, solution: Solution, rng: np.random.Generator) -> None:
        """two models share nothing"""
        first, ours = pair(solution, rng)
        second, _ = pair(solution, rng)
        ids, targets = ids_of(rng), rng.integers(0, VOCAB, size=(3, 4))
        _, grads = loss_of(first, ids, targets)
        loss_of(second, ids, targets)
        assert_close(first.logits(ids), ours.logits(ids), "logits(ids) of the first model")
        assert_close(grads["tokens"], ours.loss(ids, targets)[1]["tokens"], "the gradient of tokens of the first model")

    @by_properties
    def test_generator(self, solution: Solution) -> None:
        """parameters are drawn from the generator that is given"""
        for name in ("tokens", "positions", "blocks.1.w_v"):
            assert_honours_generator(solution, lambda rng, name=name: solution.GPT(*SIZES, rng=rng).params[name], name)  # type: ignore[misc]

    @by_properties
    def test_default_generator(self, solution: Solution) -> None:
        """without a generator, two models get different parameters"""
        first, second = (solution.GPT(*SIZES).params for _ in range(2))
        for name in ("tokens", "positions", "blocks.1.w_v"):
            expect(
                not np.array_equal(first[name], second[name]), f"two models made without a generator have the same {name}"
            )

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        theirs, _ = pair(solution, rng)
        ids, targets = ids_of(rng), rng.integers(0, VOCAB, size=(3, 4))
        watched = Watched(solution)
        kept_ids = watched.keep("ids", ids)
        assert_shape(theirs.logits(kept_ids), (3, 4, VOCAB), "logits(ids)")
        watched.assert_unchanged("logits")
        theirs.loss(kept_ids, watched.keep("targets", targets))
        watched.assert_unchanged("loss")
        theirs.generate(kept_ids, 2)
        watched.assert_unchanged("generate")

    @pytest.mark.parametrize(
        "layout",
        [read_only, gapped, lambda ids: ids.astype(np.int32)],
        ids=["read-only", "gapped", "int32"],
    )
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """ids and targets may be read-only, have gaps, or be of another integer type"""
        theirs, ours = pair(solution, rng)
        ids, targets = ids_of(rng), rng.integers(0, VOCAB, size=(3, 4))
        loss, grads = loss_of(theirs, layout(ids), layout(targets))
        expected, expected_grads = ours.loss(ids, targets)
        assert_close(loss, expected, "the loss")
        assert_close(grads["tokens"], expected_grads["tokens"], "the gradient of tokens")


def model(solution: Any) -> Any:
    return solution.GPT(4, 3, 4, 2, 1)


def ids_with(value: int) -> np.ndarray:
    return np.array([[1, value, 2]])


def zeros(length: int) -> np.ndarray:
    return np.zeros((1, length), dtype=int)


LENGTH_WORDS = ("ids", "context", "T", "tokens", "length", "sequence")


class TestErrors(Errors):
    rejections = (
        Rejection(
            "logits(ids)",
            "`ids` has more than `context` tokens a row",
            lambda s, length: model(s).logits(zeros(length)),
            (4, 9),
            LENGTH_WORDS,
        ),
        Rejection(
            "logits(ids)", "`ids` has no token (T = 0)", lambda s, length: model(s).logits(zeros(length)), (0,), LENGTH_WORDS
        ),
        Rejection(
            "logits(ids)", "an id is outside 0 .. V−1", lambda s, v: model(s).logits(ids_with(v)), (-1, 4), ("ids", "id")
        ),
        Rejection(
            "loss(ids, targets)",
            "`ids` has more than `context` tokens a row",
            lambda s, length: model(s).loss(zeros(length), zeros(length)),
            (4, 9),
            LENGTH_WORDS,
        ),
        Rejection(
            "loss(ids, targets)",
            "`ids` has no token (T = 0)",
            lambda s, length: model(s).loss(zeros(length), zeros(length)),
            (0,),
            LENGTH_WORDS,
        ),
        Rejection(
            "loss(ids, targets)",
            "an id is outside 0 .. V−1",
            lambda s, v: model(s).loss(ids_with(v), ids_with(0)),
            (-1, 4),
            ("ids", "id"),
        ),
        Rejection(
            "loss(ids, targets)",
            "a target is outside 0 .. V−1",
            lambda s, v: model(s).loss(ids_with(0), ids_with(v)),
            (-1, 4),
            ("targets", "target"),
        ),
        Rejection(
            "generate(ids, length, temperature, rng)",
            "`length` is negative",
            lambda s, v: model(s).generate(ids_with(0), v),
            (-1, -3),
            "length",
        ),
        Rejection(
            "generate(ids, length, temperature, rng)",
            "`temperature` is negative",
            lambda s, v: model(s).generate(ids_with(0), 1, v),
            (-1.0, -0.5),
            "temperature",
        ),
    )
