"""Hidden tests of the kata ppo."""

from __future__ import annotations

import numpy as np
import pytest

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
    expect,
    fetch,
    put,
    spread_signs,
)
from reference.ppo import PPOLoss

MASK = np.array([[1, 1, 0, 1, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]], dtype=bool)


def level(shape: tuple[int, ...]) -> np.ndarray:
    """What both log-probabilities have in common: somewhere from -2 to -1."""
    return np.linspace(-2, -1, int(np.prod(shape))).reshape(shape)


def new(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Log-probabilities whose ratios to `old` are near 0.6, 1 or 1.65, away from where clipping at 0.2 or 0.3 begins."""
    return level(shape) + rng.choice([-0.5, 0.0, 0.5], shape) + rng.uniform(-0.04, 0.04, shape)


def old(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return level(shape) + rng.uniform(-0.04, 0.04, shape)


def only_third(rng: np.random.Generator) -> np.ndarray:
    """A mask that leaves one of four elements."""
    return np.arange(4) == 2


def all_kinds(rng: np.random.Generator) -> np.ndarray:
    """Six log-probabilities, two of each kind, for advantages of either sign."""
    return level((6,)) + np.array([-0.5, 0.0, 0.5, -0.5, 0.0, 0.5])


PPO = Loss(
    PPOLoss,
    "minus the mean of the smaller of both terms",
    inputs=("log_probs", "old_log_probs", "advantages", "mask"),
    differentiated=("log_probs",),
    cases={
        "no mask": Case(0.2, log_probs=(4, 5), old_log_probs=(4, 5), advantages=(4, 5)),
        "mask": Case(0.2, log_probs=(4, 5), old_log_probs=(4, 5), advantages=(4, 5), mask=lambda rng: MASK),
        "mask of one element": Case(0.2, log_probs=(4,), old_log_probs=(4,), advantages=(4,), mask=only_third),
        "default clip": Case(log_probs=(7,), old_log_probs=(7,), advantages=(7,)),
        "clip 0.3": Case(0.3, log_probs=(2, 3, 4), old_log_probs=(2, 3, 4), advantages=(2, 3, 4)),
    },
    own=("no mask", "mask"),
    batches=[
        {"log_probs": (4, 5), "old_log_probs": (4, 5), "advantages": (4, 5)},
        {"log_probs": (4, 5), "old_log_probs": (4, 5), "advantages": (4, 5), "mask": lambda rng: MASK},
        {"log_probs": (4, 5), "old_log_probs": (4, 5), "advantages": (4, 5)},
        {"log_probs": (3,), "old_log_probs": (3,), "advantages": (3,)},
    ],
    draws={"log_probs": new, "old_log_probs": old, "advantages": spread_signs},
    unused={"mask": lambda inputs: dict.fromkeys(("log_probs", "old_log_probs", "advantages"), ~MASK)},
    spoils=(1e5, np.nan, np.inf),
    nothing={
        "nothing": {
            "log_probs": (4, 5),
            "old_log_probs": (4, 5),
            "advantages": (4, 5),
            "mask": np.zeros((4, 5), dtype=bool),
        }
    },
    float32_rtol=1e-3,  # terms of size 1 may cancel to a small loss
)


def rollout(rng: np.random.Generator, steps: int = 6, environments: int = 3) -> dict[str, np.ndarray]:
    """Rewards, values and ends of episodes: one in the middle, one with the last step, none."""
    shape = (steps, environments)
    dones = np.zeros(shape, dtype=bool)
    dones[steps // 2 - 1, 0] = True
    dones[-1, 1 % environments] = True
    drawn = {"rewards": rng.normal(size=shape), "values": rng.normal(size=shape), "dones": dones}
    return drawn | {"last_value": rng.normal(size=environments)}


def double_sum(
    rewards: np.ndarray, values: np.ndarray, dones: np.ndarray, last_value: np.ndarray, gamma: float, lam: float
) -> np.ndarray:
    """The advantages as they are defined: for each step the sum over all later ones, up to the end of the episode."""
    delta = rewards + gamma * np.where(dones, 0, [*values[1:], last_value]) - values
    advantages = np.zeros(rewards.shape)
    for t, n in np.ndindex(*rewards.shape):
        ends = np.flatnonzero(dones[t:, n])
        terms = delta[t : t + ends[0] + 1 if len(ends) else None, n]
        advantages[t, n] = np.sum((gamma * lam) ** np.arange(len(terms)) * terms)
    return advantages


class TestAdvantages:
    @pytest.mark.parametrize("steps", [6, 2, 1])
    def test_values(self, solution: Solution, rng: np.random.Generator, steps: int) -> None:
        """gae gives the double sum of the definition"""
        given = rollout(rng, steps)
        advantages, _ = solution.gae(**given, gamma=0.9, lam=0.7)
        assert_close(advantages, double_sum(**given, gamma=0.9, lam=0.7), "the advantages")

    def test_by_hand(self, solution: Solution) -> None:
        """rewards of 1 and values of 2, with the end of an episode and without"""
        ones, end = np.ones((3, 1)), np.array([[False], [False], [True]])
        advantages, _ = solution.gae(ones, 2 * ones, end, np.array([2.0]), 0.9, 0.8)
        assert_close(advantages, [[0.8576], [0.08], [-1.0]], "the advantages where the last step ends the episode")
        advantages, _ = solution.gae(ones, 2 * ones, np.zeros((3, 1), dtype=bool), np.array([2.0]), 0.9, 0.8)
        assert_close(advantages, [[1.79072], [1.376], [0.8]], "the advantages where no step ends it")

    def test_returns(self, solution: Solution, rng: np.random.Generator) -> None:
        """the returns are advantages plus values"""
        given = rollout(rng)
        advantages, returns = solution.gae(**given)
        expect(bool(np.any(advantages)), "all advantages are 0")
        assert_close(returns, np.asarray(advantages) + given["values"], "the returns")

    def test_defaults(self, solution: Solution, rng: np.random.Generator) -> None:
        """gamma is 0.99 and lam 0.95 by default, and both may be given by position"""
        given = rollout(rng)
        advantages, _ = solution.gae(*given.values(), 0.5, 0.8)
        assert_close(advantages, double_sum(**given, gamma=0.5, lam=0.8), "the advantages with gamma 0.5 and lam 0.8")
        advantages, _ = solution.gae(*given.values())
        assert_close(advantages, double_sum(**given, gamma=0.99, lam=0.95), "the advantages")

    def test_one_step(self, solution: Solution, rng: np.random.Generator) -> None:
        """with lam 0 the advantage is the error of one step"""
        given = rollout(rng)
        following = np.where(given["dones"], 0, [*given["values"][1:], given["last_value"]])
        advantages, _ = solution.gae(**given, gamma=0.9, lam=0.0)
        assert_close(advantages, given["rewards"] + 0.9 * following - given["values"], "the advantages")

    def test_monte_carlo(self, solution: Solution, rng: np.random.Generator) -> None:
        """with lam 1 the returns are the discounted rewards up to the end of the episode"""
        given = rollout(rng)
        expected, rest = np.zeros((6, 3)), given["last_value"]
        for t in reversed(range(6)):
            expected[t] = rest = given["rewards"][t] + 0.9 * np.where(given["dones"][t], 0, rest)
        assert_close(solution.gae(**given, gamma=0.9, lam=1.0)[1], expected, "the returns")

    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """gae changes none of the arrays it is given"""
        given = rollout(rng)
        remote = {name: put(solution, value) for name, value in given.items()}
        advantages, _ = solution.gae(**remote)
        expect(bool(np.any(advantages)), "all advantages are 0")
        for name, value in given.items():
            assert_close(fetch(remote[name]), value, f"{name} after gae")


class TestForward(Forward, layer=PPO):
    def test_four_cases(self, solution: Solution) -> None:
        """for either sign of the advantage and a ratio on either side, the smaller term counts"""
        log_probs = np.log(np.array([0.5, 1.5]))
        for advantage, expected in ((2.0, [-1.0, -2.4]), (-2.0, [1.6, 3.0])):
            for i in range(2):
                given = solution.PPOLoss(0.2).forward(log_probs[i : i + 1], np.zeros(1), np.array([advantage]))
                assert_close(
                    given, expected[i], f"the loss for a ratio of {(0.5, 1.5)[i]} and an advantage of {advantage:g}"
                )


class TestGradient(Gradient, layer=PPO):
    def test_zero_where_clipped(self, solution: Solution, rng: np.random.Generator) -> None:
        """where the clipped term is the smaller one the gradient is exactly 0, and only there"""
        advantages = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0])
        loss = solution.PPOLoss(0.2)
        loss.forward(all_kinds(rng), level((6,)), advantages)
        expected = np.array([True, True, False, False, True, True])
        assert_close(np.asarray(loss.backward()) != 0, expected, "where d_log_probs is not 0")

    def test_first_step(self, solution: Solution, rng: np.random.Generator) -> None:
        """with a ratio of exactly 1 both terms are equal, and the gradient is -advantages / M"""
        log_probs, advantages = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
        for clip in (0.2, 0.0):
            loss = solution.PPOLoss(clip)
            loss.forward(log_probs, log_probs.copy(), advantages)
            assert_close(loss.backward(), -advantages / 12, f"d_log_probs with clip={clip}")


class TestRobustness(Robustness, layer=PPO): ...


class TestLayouts(Layouts, layer=PPO):
    def test_gae(self, solution: Solution, rng: np.random.Generator) -> None:
        """gae of arrays that are read-only gives the same"""
        given = rollout(rng)
        expected, _ = solution.gae(**given)
        expect(bool(np.any(expected)), "all advantages are 0")
        locked = {name: LAYOUTS["read-only"](value) for name, value in given.items()}
        assert_close(solution.gae(**locked)[0], expected, "the advantages, compared with ordinary arrays")
