"""Hidden tests of the kata dpo."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.testing import (
    LAYOUTS,
    Case,
    Forward,
    Gradient,
    Layouts,
    Loss,
    Robustness,
    Solution,
    assert_close,
    assert_no_warnings,
    expect,
    fetch,
    put,
)
from reference.dpo import DPOLoss, sequence_log_prob

WORDS = 7
IGNORED = np.array([[1, 1, 0, 0, 0], [0, 0, 0, 0, 1], [1, 1, 1, 1, 1], [1, 0, 0, 1, 0]], dtype=bool)
FOUR = ("policy_chosen", "policy_rejected", "reference_chosen", "reference_rejected")

HUGE = np.array([[-1e4, 1e4], [1e4, -1e4], [0.0, 1.0], [0.0, 2.0]])


def four(n: int) -> dict[str, Any]:
    """Inputs of n pairs."""
    return dict.fromkeys(FOUR, (n,))


DPO = Loss(
    DPOLoss,
    "-mean(log sigmoid(beta * (policy - reference)))",
    inputs=FOUR,
    differentiated=FOUR[:2],
    cases={
        "beta 0.6": Case(0.6, **four(5)),
        "default beta": Case(**four(4)),
        "one pair": Case(1.5, **four(1)),
    },
    own=("beta 0.6",),
    draw=lambda rng, shape: -4 + 2 * rng.normal(size=shape),
    extremes={
        "extreme numbers": Case(0.5, **dict(zip(FOUR, HUGE, strict=True))),
        "extreme numbers, -1e4": Case(0.5, **dict(zip(FOUR, HUGE[:, :1], strict=True))),
        "extreme numbers, 1e4": Case(0.5, **dict(zip(FOUR, HUGE[:, 1:], strict=True))),
    },
    extreme="log-probabilities of ±1e4",
)


def batch(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels of four sequences; 3, 3, none and 3 labels count, and 2 of those in the last follow a gap."""
    labels = np.where(IGNORED, -100, rng.integers(0, WORDS, IGNORED.shape))
    return 2 * rng.normal(size=(4, 5, WORDS)), labels


class TestSequence:
    def test_values(self, solution: Solution, rng: np.random.Generator) -> None:
        """sequence_log_prob adds up the log-probabilities of the labels that count"""
        logits, labels = batch(rng)
        assert_close(solution.sequence_log_prob(logits, labels), sequence_log_prob(logits, labels), "the log-probabilities")

    def test_all_count(self, solution: Solution, rng: np.random.Generator) -> None:
        """without ignored labels every label but the first counts"""
        for shape in ((3, 4), (1, 6), (2, 2)):
            logits, labels = rng.normal(size=(*shape, WORDS)), rng.integers(0, WORDS, shape)
            expected = sequence_log_prob(logits, labels)
            assert_close(solution.sequence_log_prob(logits, labels), expected, "the log-probabilities")

    def test_by_hand(self, solution: Solution) -> None:
        """probabilities of 1/2 and 1/4 for the second and third token give log(1/8)"""
        logits = np.log(np.array([[[1.0, 1.0, 2.0], [1.0, 2.0, 1.0], [9.0, 1.0, 1.0]]]))
        assert_close(solution.sequence_log_prob(logits, np.array([[1, 2, 0]])), [np.log(1 / 8)], "the log-probability")

    def test_no_influence(self, solution: Solution, rng: np.random.Generator) -> None:
        """the first label, the last position and ignored labels have no influence"""
        logits, labels = batch(rng)
        before = np.asarray(solution.sequence_log_prob(logits, labels))
        expect(bool(np.any(before)), "all log-probabilities are 0")
        unused = np.ones(IGNORED.shape, dtype=bool)
        unused[:, :-1] = IGNORED[:, 1:]
        logits[unused] = 50 * rng.normal(size=(int(unused.sum()), WORDS))
        labels[:, 0] = np.where(labels[:, 0] == -100, 3, -100)
        assert_close(solution.sequence_log_prob(logits, labels), before, "the log-probabilities after those have changed")

    def test_other_index(self, solution: Solution, rng: np.random.Generator) -> None:
        """ignore_index may be any number, also that of a word"""
        logits, labels = batch(rng)
        labels = np.where(IGNORED, 2, np.where(labels == 2, 3, labels))
        assert_close(
            solution.sequence_log_prob(logits, labels, 2), sequence_log_prob(logits, labels, 2), "the log-probabilities"
        )

    def test_nothing_counts(self, solution: Solution, rng: np.random.Generator) -> None:
        """a sequence in which nothing counts has 0, without a warning"""
        given = solution.sequence_log_prob(rng.normal(size=(2, 4, WORDS)), np.full((2, 4), -100))
        assert_close(given, np.zeros(2), "the log-probabilities")
        assert_no_warnings(solution)


class TestForward(Forward, layer=DPO):
    def test_equal(self, solution: Solution, rng: np.random.Generator) -> None:
        """a policy that is the reference model costs log 2"""
        chosen, rejected = rng.normal(size=4), rng.normal(size=4)
        for beta in (0.1, 2.0):
            assert_close(solution.DPOLoss(beta).forward(chosen, rejected, chosen, rejected), np.log(2), "the loss")

    def test_shift(self, solution: Solution, rng: np.random.Generator) -> None:
        """where policy and reference rate an answer higher by the same amount, nothing changes"""
        run, _ = DPO.runs(solution, rng)
        before, shift = run.forward(), rng.normal(size=(2, 5))
        moved = {name: value + shift[i % 2] for i, (name, value) in enumerate(run.inputs.items())}
        assert_close(run.with_inputs(**moved).forward(), before, "the loss after the shift")
        expect(bool(before), "the loss is 0")


class TestGradient(Gradient, layer=DPO): ...


class TestRobustness(Robustness, layer=DPO):
    def test_huge_logits(self, solution: Solution, rng: np.random.Generator) -> None:
        """logits of ±1e4 are exact"""
        _, labels = batch(rng)
        logits = rng.choice([-1e4, 0.0, 1e4], size=(4, 5, WORDS))
        assert_close(solution.sequence_log_prob(logits, labels), sequence_log_prob(logits, labels), "the log-probabilities")
        assert_no_warnings(solution)

    def test_labels_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """sequence_log_prob changes neither logits nor labels"""
        logits, labels = batch(rng)
        remote = [put(solution, array) for array in (logits, labels)]
        expect(bool(np.any(solution.sequence_log_prob(*remote))), "all log-probabilities are 0")
        for name, array, before in zip(("logits", "labels"), remote, (logits, labels), strict=True):
            assert_close(fetch(array), before, f"{name} after sequence_log_prob")


class TestLayouts(Layouts, layer=DPO):
    def test_sequence(self, solution: Solution, rng: np.random.Generator) -> None:
        """sequence_log_prob of arrays that are read-only gives the same"""
        logits, labels = batch(rng)
        expected = solution.sequence_log_prob(logits, labels)
        expect(bool(np.any(expected)), "all log-probabilities are 0")
        locked = [LAYOUTS["read-only"](array) for array in (logits, labels)]
        assert_close(solution.sequence_log_prob(*locked), expected, "the log-probabilities, compared with ordinary arrays")
