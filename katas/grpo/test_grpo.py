"""Hidden tests of the kata grpo."""

from __future__ import annotations

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    Case,
    Errors,
    Forward,
    Gradient,
    Layouts,
    Loss,
    Rejection,
    Robustness,
    Solution,
    assert_close,
    assert_no_warnings,
    expect,
    spread_signs,
)
from reference.grpo import GRPOLoss, group_advantages

MASK = np.arange(5) < np.array([[4], [1], [5], [2]])
WITH_EMPTY = np.array([[0, 1, 1, 0, 1], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], dtype=bool)
INPUTS = ("log_probs", "old_log_probs", "reference_log_probs", "advantages", "mask")


def level(shape: tuple[int, ...]) -> np.ndarray:
    """What all log-probabilities have in common: somewhere from -2 to -1."""
    return np.linspace(-2, -1, int(np.prod(shape))).reshape(shape)


def new(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Log-probabilities whose ratios to `old` are near 0.6, 1 or 1.65, away from where clipping at 0.2 or 0.3 begins."""
    return level(shape) + rng.choice([-0.5, 0.0, 0.5], shape) + rng.uniform(-0.04, 0.04, shape)


def old(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return level(shape) + rng.uniform(-0.04, 0.04, shape)


def near(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Log-probabilities of a reference model."""
    return level(shape) + 0.7 * rng.normal(size=shape)


def arrays(b: int, t: int) -> dict[str, tuple[int, ...]]:
    """Shapes of all inputs but the mask."""
    return {"log_probs": (b, t), "old_log_probs": (b, t), "reference_log_probs": (b, t), "advantages": (b,)}


GRPO = Loss(
    GRPOLoss,
    "the mean over sequences of the mean over their own tokens",
    inputs=INPUTS,
    differentiated=("log_probs",),
    cases={
        "unlike lengths": Case(0.2, 0.3, **arrays(4, 5), mask=lambda rng: MASK),
        "one length": Case(0.3, 0.1, **arrays(3, 4), mask=lambda rng: np.ones((3, 4), dtype=bool)),
        "an empty sequence": Case(0.2, 0.3, **arrays(3, 5), mask=lambda rng: WITH_EMPTY),
        "no penalty": Case(0.2, 0.0, **arrays(4, 5), mask=lambda rng: MASK),
        "defaults": Case(**arrays(4, 5), mask=lambda rng: MASK),
        "one sequence": Case(0.2, 0.3, **arrays(1, 4), mask=lambda rng: np.array([[False, True, True, True]])),
    },
    own=("unlike lengths", "no penalty"),
    batches=[
        {**arrays(4, 5), "mask": lambda rng: MASK},
        {**arrays(4, 5), "mask": lambda rng: ~MASK},
        {**arrays(4, 5), "mask": lambda rng: MASK},
        {**arrays(2, 3), "mask": lambda rng: np.ones((2, 3), dtype=bool)},
    ],
    draws={"log_probs": new, "old_log_probs": old, "reference_log_probs": near, "advantages": spread_signs},
    unused={"unlike lengths": lambda inputs: dict.fromkeys(INPUTS[:3], ~MASK)},
    spoils=(1e5, np.nan, np.inf),
    nothing={"nothing": {**arrays(4, 5), "mask": np.zeros((4, 5), dtype=bool)}},
    float32_rtol=1e-3,  # terms of size 1 may cancel to a small loss
)


class TestAdvantages:
    @pytest.mark.parametrize("shape", [(3, 5), (4, 2), (1, 6)])
    def test_values(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, int]) -> None:
        """each reward minus its group's mean, over its group's deviation"""
        rewards = rng.normal(size=shape)
        assert_close(solution.group_advantages(rewards), group_advantages(rewards), "the advantages")

    def test_by_hand(self, solution: Solution) -> None:
        """rewards of 1, 2 and 3 have a deviation of 1"""
        given = solution.group_advantages(np.array([[1.0, 2.0, 3.0], [6.0, 4.0, 2.0]]), 0.0)
        assert_close(given, [[-1, 0, 1], [1, 0, -1]], "the advantages")

    def test_eps(self, solution: Solution, rng: np.random.Generator) -> None:
        """eps is added to the deviation"""
        rewards = rng.normal(size=(3, 4))
        for eps in (0.5, 1e-3):
            assert_close(
                solution.group_advantages(rewards, eps), group_advantages(rewards, eps), f"the advantages, eps={eps}"
            )

    def test_equal_rewards(self, solution: Solution, rng: np.random.Generator) -> None:
        """a group of equal rewards has advantages of 0, without a warning"""
        rewards = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.5]])
        given = np.asarray(solution.group_advantages(rewards))
        assert_close(given, group_advantages(rewards), "the advantages")
        assert_no_warnings(solution)

    def test_shift_and_scale(self, solution: Solution, rng: np.random.Generator) -> None:
        """rewards on another scale give the same advantages"""
        rewards = rng.normal(size=(3, 5))
        before = np.asarray(solution.group_advantages(rewards, 0.0))
        moved = rng.uniform(1, 9, (3, 1)) * rewards + rng.normal(size=(3, 1))
        assert_close(solution.group_advantages(moved, 0.0), before, "the advantages of the other rewards")
        expect(bool(np.any(before)), "all advantages are 0")


class TestForward(Forward, layer=GRPO):
    def test_by_hand(self, solution: Solution) -> None:
        """a sequence of one token weighs as much as one of three"""
        zeros = np.zeros((2, 3))
        mask = np.array([[True, False, False], [True, True, True]])
        given = solution.GRPOLoss().forward(zeros, zeros.copy(), zeros.copy(), np.array([5.0, 1.0]), mask)
        assert_close(given, -3.0, "the loss")

    def test_penalty(self, solution: Solution, rng: np.random.Generator) -> None:
        """without advantages only the penalty is left, and it is never negative"""
        theirs, ours = GRPO.runs(solution, rng, advantages=lambda rng: np.zeros(4))
        given = theirs.forward()
        assert_close(given, ours.forward(), "the loss")
        expect(bool(np.asarray(given) > 0), f"the penalty is {given}, expected a number above 0")


class TestGradient(Gradient, layer=GRPO):
    def test_zero_where_clipped(self, solution: Solution) -> None:
        """without a penalty the gradient is exactly 0 where the clipped term is the smaller one, and only there"""
        loss, base = solution.GRPOLoss(0.2, 0.0), level((2, 3))
        log_probs = base + np.array([[-0.5, 0.0, 0.5], [-0.5, 0.0, 0.5]])
        loss.forward(log_probs, base, base.copy(), np.array([1.0, -1.0]), np.ones((2, 3), dtype=bool))
        expected = np.array([[True, True, False], [False, True, True]])
        assert_close(np.asarray(loss.backward()) != 0, expected, "where d_log_probs is not 0")

    def test_first_step(self, solution: Solution, rng: np.random.Generator) -> None:
        """with a ratio of exactly 1 both terms are equal, and the plain one takes the gradient"""
        log_probs, advantages = rng.normal(size=(3, 4)), rng.normal(size=3)
        for clip in (0.2, 0.0):
            loss = solution.GRPOLoss(clip)
            loss.forward(log_probs, log_probs.copy(), log_probs.copy(), advantages, np.ones((3, 4), dtype=bool))
            expected = np.repeat(-advantages[:, None] / 12, 4, axis=1)
            assert_close(loss.backward(), expected, f"d_log_probs with clip={clip}")


class TestRobustness(Robustness, layer=GRPO):
    def test_whole_rewards(self, solution: Solution) -> None:
        """rewards may be integers, and are not changed"""
        rewards = LAYOUTS["read-only"](np.array([[0, 1, 1, 0], [3, 0, 0, 1]]))
        assert_close(solution.group_advantages(rewards), group_advantages(rewards), "the advantages")


class TestLayouts(Layouts, layer=GRPO): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "group_advantages(rewards)",
            "a group has fewer than 2 answers",
            lambda s, n: s.group_advantages(np.ones((3, n))),
            (1,),
            ("rewards", "group", "groups", "answers"),
        ),
    )
