"""Hidden tests of the kata kl-divergence."""

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
    assert_no_warnings,
    expect,
)
from reference.kl_divergence import KLDivLoss

ZEROS = np.array([[0.0, 0.25, 0.75, 0.0], [0.0, 1.0, 0.0, 0.0], [0.1, 0.2, 0.3, 0.4]])


def distributions(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Rows of probabilities, none below about 0.03."""
    rows = rng.uniform(0.1, 1, shape)
    return np.asarray(rows / rows.sum(axis=-1, keepdims=True))


def log_distributions(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Rows of log-probabilities."""
    return np.log(distributions(rng, shape))


KL = Loss(
    KLDivLoss,
    "the mean over the rows of KL(p || q)",
    inputs=("log_q", "p"),
    differentiated=("log_q",),
    cases={
        "tall": Case(log_q=(5, 3), p=(5, 3)),
        "wide": Case(log_q=(2, 6), p=(2, 6)),
        "square": Case(log_q=(4, 4), p=(4, 4)),
        "single": Case(log_q=(1, 4), p=(1, 4)),
        "not normalised": Case(log_q=lambda rng: rng.normal(size=(3, 4)), p=(3, 4)),
        "zeros in p": Case(log_q=(3, 4), p=lambda rng: ZEROS),
    },
    own=("tall", "not normalised", "zeros in p"),
    draws={"log_q": log_distributions, "p": distributions},
)


class TestForward(Forward, layer=KL):
    def test_by_hand(self, solution: Solution) -> None:
        """p = (1/2, 1/2) and q = (1/4, 3/4) cost log(4/3) / 2"""
        given = solution.KLDivLoss().forward(np.log(np.array([[0.25, 0.75]])), np.array([[0.5, 0.5]]))
        assert_close(given, np.log(4 / 3) / 2, "the loss")

    def test_equal(self, solution: Solution, rng: np.random.Generator) -> None:
        """equal distributions cost 0"""
        p = distributions(rng, (4, 3))
        assert_close(solution.KLDivLoss().forward(np.log(p), p), 0.0, "the loss")

    def test_never_negative(self, solution: Solution, rng: np.random.Generator) -> None:
        """no distribution is less than 0 away from another"""
        loss = solution.KLDivLoss()
        values = [loss.forward(log_distributions(rng, (1, 4)), distributions(rng, (1, 4))) for _ in range(5)]
        expect(all(np.asarray(value) > 0 for value in values), f"one of five losses is not above 0: {min(values)}")


class TestGradient(Gradient, layer=KL): ...


class TestRobustness(Robustness, layer=KL):
    def test_zero_log_zero(self, solution: Solution, rng: np.random.Generator) -> None:
        """where p is 0 an element costs nothing, even where log_q is -inf"""
        theirs, ours = solution.KLDivLoss(), KLDivLoss()
        log_q = log_distributions(rng, (3, 4))
        for impossible in (False, True):
            if impossible:
                log_q[0, 0], log_q[1, 2] = -np.inf, -np.inf
            assert_close(theirs.forward(log_q, ZEROS), ours.forward(log_q, ZEROS), "the loss")
            assert_close(theirs.backward(), ours.backward(), "d_log_q")
        assert_no_warnings(solution)

    def test_impossible(self, solution: Solution) -> None:
        """what q rules out and p does not costs inf"""
        log_q = np.array([[-np.inf, 0.0], [np.log(0.5), np.log(0.5)]])
        loss = solution.KLDivLoss().forward(log_q, np.array([[0.5, 0.5], [0.5, 0.5]]))
        assert_close(loss, np.inf, "the loss")


class TestLayouts(Layouts, layer=KL): ...
