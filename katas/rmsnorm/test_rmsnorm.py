"""Hidden tests of the kata rmsnorm."""

from __future__ import annotations

import numpy as np

from harness.testing import (
    Case,
    Forward,
    Gradient,
    Layer,
    Layouts,
    Robustness,
    Solution,
    StartsAt,
    assert_close,
    assert_no_warnings,
)
from reference.rmsnorm import RMSNorm


def uneven_rows(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Rows that differ in mean and scale."""
    rows = (*shape[:-1], 1)
    return rng.normal(size=shape) * rng.uniform(0.5, 2.0, rows) + rng.normal(size=rows)


RMSNORM = Layer(
    RMSNorm,
    "x / sqrt(mean(x^2) + eps) * weight",
    parameters=("weight",),
    cases={
        "matrix": Case(5, x=(4, 5)),
        "sequences": Case(4, x=(2, 3, 4)),
        "heads": Case(3, x=(2, 3, 2, 3)),
        "square": Case(4, x=(4, 4)),
        "eps 0.5": Case(4, 0.5, x=(3, 4)),
    },
    own=("matrix", "sequences", "eps 0.5"),
    draws={"x": uneven_rows},
    starts={"weight": StartsAt(1)},
)


class TestForward(Forward, layer=RMSNORM):
    def test_small_rows(self, solution: Solution, rng: np.random.Generator) -> None:
        """eps is 1e-6 by default and added inside the root: it shows in rows of numbers no larger than its root"""
        theirs, ours = RMSNORM.runs(solution, rng, x=0.001 * rng.normal(size=(4, 5)))
        assert_close(theirs.forward(), ours.forward(), "forward(x)")

    def test_offset(self, solution: Solution, rng: np.random.Generator) -> None:
        """the mean stays: adding 5 to x brings the rows near to the weight"""
        theirs, ours = RMSNORM.runs(solution, rng, x=rng.normal(size=(4, 5)) + 5.0)
        assert_close(theirs.forward(), ours.forward(), "forward(x + 5)")


class TestGradient(Gradient, layer=RMSNORM):
    def test_length(self, solution: Solution, rng: np.random.Generator) -> None:
        """d_x has no part along x, since making x longer changes nothing"""
        x = 100.0 * uneven_rows(rng, (2, 3, 4)) + 50.0
        theirs, ours = RMSNORM.runs(solution, rng, RMSNORM.cases["sequences"], x=x)
        out, d_out = ours.output(rng)
        assert_close(theirs.forward(), out, "forward(x)")
        got, expected = theirs.backward(d_out)["d_x"], ours.backward(d_out)["d_x"]
        assert_close(got, expected, "d_x")
        along = np.sum(got * x, axis=-1)
        assert_close(along, np.zeros((2, 3)), "the sums of d_x * x over the last axis", rtol=1e-2)


class TestRobustness(Robustness, layer=RMSNORM):
    def test_zeros(self, solution: Solution, rng: np.random.Generator) -> None:
        """a row of zeros gives zeros, without a warning, and the rows next to it are correct"""
        x = rng.normal(size=(4, 5))
        x[1] = 0.0
        theirs, ours = RMSNORM.runs(solution, rng, x=x)
        assert_close(theirs.forward(), ours.forward(), "forward(x)")
        assert_no_warnings(solution)

    def test_scaled_input(self, solution: Solution, rng: np.random.Generator) -> None:
        """scaling x by 7 changes nothing where x is large"""
        x = 10.0 * rng.choice([-1.0, 1.0], (4, 5)) * rng.uniform(1.0, 2.0, (4, 5))
        run, _ = RMSNORM.runs(solution, rng, x=x)
        out, _ = run.output(rng)
        assert_close(run.with_inputs(x=7.0 * x).forward(), out, "forward(7 * x), compared with forward(x)", rtol=1e-6)

    def test_other_rows(self, solution: Solution, rng: np.random.Generator) -> None:
        """a row does not depend on the others, forward and backward"""
        run, _ = RMSNORM.runs(solution, rng)
        out, d_out = run.output(rng)
        assert d_out is not None
        d_x = run.backward(d_out)["d_x"]
        alone = run.with_inputs(x=run.inputs["x"][1:2])
        assert_close(alone.forward(), out[1:2], "forward of one row, compared with the same row in a batch")
        assert_close(alone.backward(d_out[1:2])["d_x"], d_x[1:2], "d_x of one row, compared with the same row in a batch")


class TestLayouts(Layouts, layer=RMSNORM): ...
