"""Hidden tests of the kata causal-lm-loss."""

from __future__ import annotations

import numpy as np

from harness.testing import (
    Case,
    Forward,
    Gradient,
    Layouts,
    Loss,
    Robustness,
    Solution,
    assert_close,
    expect,
)
from reference.causal_lm_loss import CausalLMLoss

WORDS = 7
IGNORED = np.array([[1, 1, 0, 0, 0], [0, 0, 0, 0, 1], [1, 0, 1, 1, 1]], dtype=bool)


def token_ids(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Labels that all count."""
    return rng.integers(0, WORDS, shape)


def some_ignored(rng: np.random.Generator) -> np.ndarray:
    """Labels of which 3, 3 and 1 of a row count, the first label apart."""
    return np.where(IGNORED, -100, token_ids(rng, IGNORED.shape))


def only_one(rng: np.random.Generator) -> np.ndarray:
    """Labels of which one counts."""
    return np.array([[-100, -100, int(rng.integers(WORDS))], [3, -100, -100]])


def own_index(rng: np.random.Generator) -> np.ndarray:
    """Labels in which word 2 means: does not count."""
    return np.where(IGNORED, 2, np.array([0, 1, 3, 4, 5])[rng.integers(0, 5, IGNORED.shape)])


def huge(rng: np.random.Generator) -> np.ndarray:
    """Logits of which a softmax as it stands makes nothing."""
    return rng.choice([-1e4, 0.0, 1e4], size=(3, 5, WORDS))


def no_partner(labels: np.ndarray) -> np.ndarray:
    """The positions whose next label is ignored, and the last ones, which have none."""
    ignored = np.ones(labels.shape, dtype=bool)
    ignored[:, :-1] = labels[:, 1:] == -100
    return ignored


LM = Loss(
    CausalLMLoss,
    "the mean cross-entropy of the labels that count",
    inputs=("logits", "labels"),
    differentiated=("logits",),
    cases={
        "some ignored": Case(logits=(3, 5, WORDS), labels=some_ignored),
        "all count": Case(logits=(2, 4, WORDS), labels=(2, 4)),
        "one row": Case(logits=(1, 6, WORDS), labels=(1, 6)),
        "two positions": Case(logits=(3, 2, WORDS), labels=(3, 2)),
        "one label counts": Case(logits=(2, 3, WORDS), labels=only_one),
        "other ignore_index": Case(2, logits=(3, 5, 6), labels=own_index),
    },
    own=("some ignored", "all count"),
    batches=[
        {"logits": (3, 5, WORDS), "labels": some_ignored},
        {"logits": (3, 5, WORDS), "labels": some_ignored},
        {"logits": (3, 5, WORDS), "labels": (3, 5)},
        {"logits": (3, 5, WORDS), "labels": some_ignored},
        {"logits": (2, 3, WORDS), "labels": (2, 3)},
    ],
    draws={"labels": token_ids},
    extremes={"extreme logits": Case(logits=huge, labels=some_ignored)},
    unused={"some ignored": lambda inputs: {"logits": no_partner(inputs["labels"])}},
    nothing={
        "all ignored": {"logits": (2, 4, WORDS), "labels": np.full((2, 4), -100)},
        "one position": {"logits": (3, 1, WORDS), "labels": (3, 1)},
    },
)


class TestForward(Forward, layer=LM):
    def test_by_hand(self, solution: Solution) -> None:
        """p = (1/4, 1/4, 1/2) at position 0 and label 2 at position 1 cost log 2"""
        logits = np.log(np.array([[[1.0, 1.0, 2.0], [7.0, 1.0, 1.0]]]))
        assert_close(solution.CausalLMLoss().forward(logits, np.array([[1, 2]])), np.log(2), "the loss")

    def test_no_partner(self, solution: Solution, rng: np.random.Generator) -> None:
        """the last position and the first label have no influence"""
        logits, labels = rng.normal(size=(3, 4, WORDS)), token_ids(rng, (3, 4))
        before = solution.CausalLMLoss().forward(logits, labels)
        expect(bool(before), "the loss is 0")
        logits[:, -1] = rng.normal(size=(3, WORDS))
        labels[:, 0] = (labels[:, 0] + 1) % WORDS
        assert_close(solution.CausalLMLoss().forward(logits, labels), before, "the loss after both have changed")
        labels[:, 0] = -100
        assert_close(solution.CausalLMLoss().forward(logits, labels), before, "the loss with the first label ignored")


class TestGradient(Gradient, layer=LM): ...


class TestRobustness(Robustness, layer=LM):
    def test_small_integers(self, solution: Solution, rng: np.random.Generator) -> None:
        """labels may be of any integer dtype"""
        run, _ = LM.runs(solution, rng, logits=(5, 9, WORDS), labels=(5, 9))
        run.inputs["labels"][:, :2] = -100
        expected = run.forward()
        for dtype in (np.int32, np.int8):
            small = run.with_inputs(labels=run.inputs["labels"].astype(dtype))
            assert_close(small.forward(), expected, f"the loss with {np.dtype(dtype)} labels, compared with int64")


class TestLayouts(Layouts, layer=LM): ...
