"""Hidden tests of the kata label-smoothing."""

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
from reference.label_smoothing import SmoothedCrossEntropyLoss

CLASSES = 4
HUGE = np.array([[-1e4, 1e4, 0.0], [1e4, 0.0, -1e4], [-1e4, -9999.0, -9998.0], [1e4, 1e4, -1e4], [3.0, 1.0, 2.0]])
HUGE_TARGETS = np.array([0, 2, 2, 1, 1])


def labels(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Class indices."""
    return rng.integers(0, CLASSES, shape)


SMOOTHED = Loss(
    SmoothedCrossEntropyLoss,
    "the mean cross-entropy against the smoothed labels",
    inputs=("logits", "targets"),
    differentiated=("logits",),
    cases={
        "smoothing 0.25": Case(0.25, logits=(6, CLASSES), targets=(6,)),
        "default": Case(logits=(3, CLASSES), targets=(3,)),
        "no smoothing": Case(0.0, logits=(5, CLASSES), targets=(5,)),
        "nothing but smoothing": Case(1.0, logits=(3, CLASSES), targets=(3,)),
        "two classes": Case(0.3, logits=(5, 2), targets=lambda rng: rng.integers(0, 2, 5)),
        "square": Case(0.15, logits=(CLASSES, CLASSES), targets=(CLASSES,)),
        "single": Case(0.15, logits=(1, CLASSES), targets=(1,)),
    },
    own=("smoothing 0.25", "no smoothing"),
    draws={"targets": labels},
    extremes={
        "extreme logits": Case(0.2, logits=HUGE, targets=HUGE_TARGETS),
        "extreme logits, one row": Case(0.2, logits=HUGE[:1], targets=HUGE_TARGETS[:1]),
        "extreme logits, close together": Case(0.2, logits=HUGE[2:3], targets=HUGE_TARGETS[2:3]),
    },
)


class TestForward(Forward, layer=SMOOTHED):
    def test_by_hand(self, solution: Solution) -> None:
        """p = (1/2, 1/4, 1/4), label 0 and smoothing 0.3 cost 1.2 log 2"""
        logits = np.log(np.array([[2.0, 1.0, 1.0]]))
        loss = solution.SmoothedCrossEntropyLoss(0.3).forward(logits, np.array([0]))
        assert_close(loss, 0.8 * np.log(2) + 0.2 * np.log(4), "the loss")

    def test_equal_logits(self, solution: Solution, rng: np.random.Generator) -> None:
        """equal logits cost log C, however much is smoothed: each row of the target sums to 1"""
        for smoothing, classes in ((0.1, 3), (0.6, 5)):
            loss = solution.SmoothedCrossEntropyLoss(smoothing)
            given = loss.forward(np.full((4, classes), 2.0), rng.integers(0, classes, 4))
            assert_close(given, np.log(classes), "the loss")

    def test_uniform(self, solution: Solution, rng: np.random.Generator) -> None:
        """with smoothing 1 the label has no influence"""
        loss, logits = solution.SmoothedCrossEntropyLoss(1.0), rng.normal(size=(4, CLASSES))
        targets = labels(rng, (4,))
        first = loss.forward(logits, targets)
        assert_close(loss.forward(logits, (targets + 1) % CLASSES), first, "the loss with other labels")
        expect(bool(first), "the loss is 0")


class TestGradient(Gradient, layer=SMOOTHED): ...


class TestRobustness(Robustness, layer=SMOOTHED):
    def test_small_integers(self, solution: Solution, rng: np.random.Generator) -> None:
        """targets may be of any integer dtype"""
        run, _ = SMOOTHED.runs(solution, rng, logits=(100, CLASSES), targets=(100,))
        expected = run.forward()
        for dtype in (np.int32, np.uint8):
            small = run.with_inputs(targets=run.inputs["targets"].astype(dtype))
            assert_close(small.forward(), expected, f"the loss with {np.dtype(dtype)} targets, compared with int64")


class TestLayouts(Layouts, layer=SMOOTHED): ...
