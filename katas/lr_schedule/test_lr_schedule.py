"""Hidden tests of the kata lr-schedule."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.testing import Errors, Rejection, Solution, assert_close, expect
from reference.lr_schedule import cosine_warmup

EXAMPLE = (1.0, 0.1, 7, 21)
USUAL = (0.3, 0.02, 10, 45)


def assert_rates(solution: Solution, steps: list[float], *options: float) -> None:
    """Fail unless the solution gives the reference's rate at each step."""
    for step in steps:
        expected = cosine_warmup(step, *options)  # type: ignore[arg-type]
        assert_close(solution.cosine_warmup(step, *options), expected, f"the rate at step {step}")


class TestValues:
    @pytest.mark.parametrize(
        ("step", "rate"),
        [(0, 0.0), (1, 1 / 7), (7, 1.0), (14, 0.55), (21, 0.1), (25, 0.1)],
        ids=lambda value: f"{value:.4g}",
    )
    def test_example(self, solution: Solution, step: int, rate: float) -> None:
        """the example of the statement"""
        assert_close(solution.cosine_warmup(step, *EXAMPLE), rate, f"the rate at step {step}")

    def test_warm_up(self, solution: Solution) -> None:
        """the warm-up is a straight line from 0"""
        assert_rates(solution, [1, 3, 5, 9], *USUAL)

    def test_cosine(self, solution: Solution) -> None:
        """after the warm-up the rate falls along half a cosine"""
        assert_rates(solution, [10, 11, 17, 24, 31, 44], *USUAL)

    def test_after_the_end(self, solution: Solution) -> None:
        """from total_steps on the rate stays at min_lr"""
        assert_rates(solution, [45, 46, 60, 80, 1000], *USUAL)

    def test_zero_floor(self, solution: Solution) -> None:
        """min_lr may be 0"""
        assert_rates(solution, [2, 10, 25, 44, 45, 50], 3e-4, 0.0, 10, 45)

    def test_fractions(self, solution: Solution) -> None:
        """steps may be fractions"""
        assert_rates(solution, [0.5, 6.75, 10.5, 30.25, 44.5, 45.5], *USUAL)


class TestRobustness:
    def test_no_warm_up(self, solution: Solution) -> None:
        """without a warm-up it starts at max_lr"""
        assert_rates(solution, [0, 1, 4, 5, 6], 0.3, 0.02, 0, 5)

    def test_only_warm_up(self, solution: Solution) -> None:
        """where the warm-up is all there is, its end gives min_lr"""
        assert_rates(solution, [0, 1, 4, 5, 6], 0.3, 0.02, 5, 5)

    def test_no_steps(self, solution: Solution) -> None:
        """with no steps at all the rate is min_lr"""
        assert_rates(solution, [0, 1], 0.3, 0.02, 0, 0)

    def test_shape(self, solution: Solution) -> None:
        """it rises up to the end of the warm-up, falls from there, and never jumps"""
        rates = [float(solution.cosine_warmup(step, *USUAL)) for step in np.arange(0.0, 50.0, 0.5)]
        changes = np.diff(rates)
        expect(bool(np.all(changes[:20] > 0)), "the rate does not rise all through the warm-up")
        expect(bool(np.all(changes[20:90] < 0)), "the rate does not fall all the way from the warm-up to total_steps")
        expect(bool(np.all(changes[90:] == 0)), "the rate changes after total_steps")
        # the steepest slope of the cosine is pi / 2 of the mean one, that of the warm-up 0.3 / 10
        steepest = max(0.3 / 10, math.pi / 2 * 0.28 / 35) / 2
        expect(
            bool(np.all(np.abs(changes) < 1.01 * steepest)),
            f"the rate jumps by {np.max(np.abs(changes)):.3g} in half a step",
        )


class TestErrors(Errors):
    rejections = (
        Rejection(
            "cosine_warmup(...)",
            "`step` is negative",
            lambda s, v: s.cosine_warmup(v, *EXAMPLE),
            (-1, -0.5),
            "step",
        ),
        Rejection(
            "cosine_warmup(...)",
            "`warmup_steps` is negative",
            lambda s, v: s.cosine_warmup(3, 1.0, 0.1, v, 21),
            (-1,),
            ("warmup_steps", "warmup", "warm-up"),
        ),
        Rejection(
            "cosine_warmup(...)",
            "`warmup_steps` is larger than `total_steps`",
            lambda s, v: s.cosine_warmup(3, 1.0, 0.1, v, 21),
            (22, 50),
            ("warmup_steps", "warmup", "warm-up"),
        ),
    )
