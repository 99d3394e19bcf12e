"""Hidden tests of the kata bce-with-logits."""

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
)
from reference.bce_with_logits import BCEWithLogitsLoss

COLUMNS = np.array([0.4, 2.2, 3.1])
ENDS = np.array([1e4, 1e4, -1e4, -1e4, 40.0, -40.0, 800.0, -800.0])
END_TARGETS = np.array([0.0, 1.0, 0.0, 1.0, 0.3, 0.7, 1.0, 0.0])


def soft(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Targets between 0 and 1."""
    return rng.uniform(0, 1, shape)


def hard(rng: np.random.Generator) -> np.ndarray:
    """Targets of 0 and 1, both kinds."""
    return np.resize([0.0, 1.0, 1.0], (5, 4))


BCE = Loss(
    BCEWithLogitsLoss,
    "the mean binary cross-entropy over all elements",
    inputs=("logits", "targets"),
    differentiated=("logits",),
    cases={
        "soft targets": Case(logits=(4, 3), targets=(4, 3)),
        "hard targets": Case(logits=(5, 4), targets=hard),
        "vector": Case(logits=(6,), targets=(6,)),
        "images": Case(logits=(2, 3, 2, 2), targets=(2, 3, 2, 2)),
        "single": Case(logits=(1, 5), targets=(1, 5)),
        "one weight": Case(2.7, logits=(4, 3), targets=(4, 3)),
        "a weight for each column": Case(COLUMNS, logits=(4, 3), targets=(4, 3)),
        "a weight for each element": Case(np.array([[0.4, 2.2], [3.1, 0.9]]), logits=(2, 2), targets=(2, 2)),
    },
    own=("soft targets", "a weight for each column"),
    draw=lambda rng, shape: 2 * rng.normal(size=shape),
    draws={"targets": soft},
    extremes={
        "extreme logits": Case(logits=ENDS, targets=END_TARGETS),
        "extreme logits, weight": Case(3.5, logits=ENDS, targets=END_TARGETS),
        "extreme logits, large weight": Case(1e3, logits=ENDS, targets=END_TARGETS),
        "extreme logits that cost nothing": Case(3.5, logits=ENDS[1:3], targets=END_TARGETS[1:3]),
        "large logits": Case(3.5, logits=ENDS[4:], targets=END_TARGETS[4:]),
    },
)


class TestForward(Forward, layer=BCE):
    def test_by_hand(self, solution: Solution) -> None:
        """a probability of 3/4 costs log(4/3) for target 1 and log 4 for target 0"""
        logits = np.log(np.array([3.0, 3.0]))
        given = solution.BCEWithLogitsLoss().forward(logits, np.array([1.0, 0.0]))
        assert_close(given, (np.log(4 / 3) + np.log(4)) / 2, "the loss")

    def test_undecided(self, solution: Solution, rng: np.random.Generator) -> None:
        """a logit of 0 costs log 2, whatever the target"""
        assert_close(solution.BCEWithLogitsLoss().forward(np.zeros((4, 3)), soft(rng, (4, 3))), np.log(2), "the loss")

    def test_two_classes(self, solution: Solution, rng: np.random.Generator) -> None:
        """it equals cross-entropy over two classes with logits 0 and x"""
        x, t = 2 * rng.normal(size=(4, 3)), soft(rng, (4, 3))
        log_sum = np.log(1 + np.exp(x))
        expected = -np.mean((1 - t) * (0 - log_sum) + t * (x - log_sum))
        assert_close(solution.BCEWithLogitsLoss().forward(x, t), expected, "the loss")


class TestGradient(Gradient, layer=BCE):
    def test_at_zero(self, solution: Solution, rng: np.random.Generator) -> None:
        """at a logit of exactly 0 the gradient is (1/2 - target) / M"""
        loss, targets = solution.BCEWithLogitsLoss(), soft(rng, (3, 2))
        loss.forward(np.zeros((3, 2)), targets)
        assert_close(loss.backward(), (0.5 - targets) / 6, "d_logits")


class TestRobustness(Robustness, layer=BCE): ...


class TestLayouts(Layouts, layer=BCE): ...
