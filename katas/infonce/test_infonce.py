"""Hidden tests of the kata infonce."""

from __future__ import annotations

import numpy as np

from harness.testing import (
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
)
from reference.infonce import InfoNCELoss

INFONCE = Loss(
    InfoNCELoss,
    "half the cross-entropy along the rows and half of that along the columns",
    inputs=("a", "b"),
    differentiated=("a", "b"),
    cases={
        "tall": Case(0.4, a=(5, 3), b=(5, 3)),
        "wide": Case(0.8, a=(3, 6), b=(3, 6)),
        "square": Case(0.4, a=(4, 4), b=(4, 4)),
        "two pairs": Case(0.4, a=(2, 3), b=(2, 3)),
        "default temperature": Case(a=(4, 5), b=(4, 5)),
    },
    own=("tall", "wide"),
)


class TestForward(Forward, layer=INFONCE):
    def test_by_hand(self, solution: Solution) -> None:
        """pairs at right angles to each other and temperature 1/2 cost log(1 + exp(-2))"""
        a, b = np.array([[3.0, 0.0], [0.0, 0.2]]), np.array([[0.5, 0.0], [0.0, 4.0]])
        assert_close(solution.InfoNCELoss(0.5).forward(a, b), np.log(1 + np.exp(-2.0)), "the loss")

    def test_knows_nothing(self, solution: Solution, rng: np.random.Generator) -> None:
        """rows that all point the same way cost log N"""
        same = np.outer(rng.uniform(1, 2, 5), rng.normal(size=3))
        assert_close(solution.InfoNCELoss().forward(same, same[::-1].copy()), np.log(5), "the loss")

    def test_lengths(self, solution: Solution, rng: np.random.Generator) -> None:
        """the lengths of rows have no influence"""
        run, _ = INFONCE.runs(solution, rng)
        before = run.forward()
        longer = {name: value * rng.uniform(0.1, 9, (5, 1)) for name, value in run.inputs.items()}
        assert_close(run.with_inputs(**longer).forward(), before, "the loss after the rows were stretched")
        expect(bool(before), "the loss is 0")

    def test_order_of_pairs(self, solution: Solution, rng: np.random.Generator) -> None:
        """another order of the pairs, and a and b exchanged, give the same loss"""
        run, _ = INFONCE.runs(solution, rng)
        before, order = run.forward(), rng.permutation(5)
        mixed = {name: value[order] for name, value in run.inputs.items()}
        assert_close(run.with_inputs(**mixed).forward(), before, "the loss of the pairs in another order")
        exchanged = run.with_inputs(a=run.inputs["b"], b=run.inputs["a"])
        assert_close(exchanged.forward(), before, "the loss with a and b exchanged")
        expect(bool(before), "the loss is 0")


class TestGradient(Gradient, layer=INFONCE):
    def test_right_angle(self, solution: Solution, rng: np.random.Generator) -> None:
        """each row of a gradient is orthogonal to its row of the input"""
        run, _ = INFONCE.runs(solution, rng)
        run.forward()
        for name, gradient in run.backward().items():
            along = (np.asarray(gradient) * run.inputs[name.removeprefix("d_")]).sum(axis=1)
            assert_close(along, np.zeros(5), f"the inner product of each row of {name} with its row of the input")
            expect(bool(np.any(gradient)), f"{name} is 0")


class TestRobustness(Robustness, layer=INFONCE):
    def test_one_pair(self, solution: Solution, rng: np.random.Generator) -> None:
        """a single pair costs 0, and its gradients are 0"""
        loss = solution.InfoNCELoss()
        assert_close(loss.forward(rng.normal(size=(1, 3)), rng.normal(size=(1, 3))), 0.0, "the loss")
        for name, gradient in zip(("d_a", "d_b"), loss.backward(), strict=True):
            assert_close(gradient, np.zeros((1, 3)), name)

    def test_low_temperature(self, solution: Solution, rng: np.random.Generator) -> None:
        """a temperature of 1e-3 does not overflow"""
        theirs, ours = solution.InfoNCELoss(1e-3), InfoNCELoss(1e-3)
        a, b = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
        b[0], b[1] = 2 * a[0], -a[1]  # cosines of 1 and -1
        assert_close(theirs.forward(a, b), ours.forward(a, b), "the loss")
        for name, gradient, expected in zip(("d_a", "d_b"), theirs.backward(), ours.backward(), strict=True):
            assert_close(gradient, expected, name, rtol=1e-8)
        assert_no_warnings(solution)


class TestLayouts(Layouts, layer=INFONCE): ...


def one_zero_row(row: int) -> np.ndarray:
    """Three rows of which one is zero."""
    x = np.ones((3, 2))
    x[row] = 0
    return x


class TestErrors(Errors):
    rejections = (
        Rejection(
            "forward(a, b)",
            "a row of `a` is all zeros",
            lambda s, row: s.InfoNCELoss().forward(one_zero_row(row), np.ones((3, 2))),
            (0, 2),
            "a",
            None,
        ),
        Rejection(
            "forward(a, b)",
            "a row of `b` is all zeros",
            lambda s, row: s.InfoNCELoss().forward(np.ones((3, 2)), one_zero_row(row)),
            (0, 2),
            "b",
            None,
        ),
    )
