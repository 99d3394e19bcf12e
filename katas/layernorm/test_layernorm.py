"""Hidden tests of the kata layernorm."""

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
    expect,
)
from reference.layernorm import LayerNorm


def uneven_rows(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Rows that differ in mean and scale."""
    rows = (*shape[:-1], 1)
    return rng.normal(size=shape) * rng.uniform(0.5, 2.0, rows) + rng.normal(size=rows)


LAYERNORM = Layer(
    LayerNorm,
    "gamma * (x - mean) / sqrt(var + eps) + beta",
    parameters=("gamma", "beta"),
    cases={
        "matrix": Case(5, x=(4, 5)),
        "sequences": Case(4, x=(2, 3, 4)),
        "heads": Case(3, x=(2, 3, 2, 3)),
        "square": Case(4, x=(4, 4)),
        "eps 0.5": Case(4, 0.5, x=(3, 4)),
    },
    own=("matrix", "sequences", "eps 0.5"),
    draws={"x": uneven_rows},
    starts={"gamma": StartsAt(1), "beta": StartsAt(0)},
)
TWO_FEATURES = Case(2, x=(6, 2))


class TestForward(Forward, layer=LAYERNORM):
    def test_two_features(self, solution: Solution, rng: np.random.Generator) -> None:
        """the variance is divided by dim: rows of two features become -1 and 1"""
        theirs, ours = LAYERNORM.runs(solution, rng, TWO_FEATURES)
        assert_close(theirs.forward(), ours.forward(), "forward(x)")

    def test_small_rows(self, solution: Solution, rng: np.random.Generator) -> None:
        """eps is 1e-5 by default and added inside the root: it shows in rows that vary by no more than its root"""
        theirs, ours = LAYERNORM.runs(solution, rng, x=0.003 * rng.normal(size=(4, 5)))
        assert_close(theirs.forward(), ours.forward(), "forward(x)")


class TestGradient(Gradient, layer=LAYERNORM):
    def test_two_features(self, solution: Solution, rng: np.random.Generator) -> None:
        """with two features d_x is nearly 0"""
        theirs, ours = LAYERNORM.runs(solution, rng, TWO_FEATURES, x=np.array([[3.0, 1.0], [-2.0, 0.5], [0.0, 1.5]]))
        out, d_out = ours.output(rng)
        assert_close(theirs.forward(), out, "forward(x)")
        # each term of d_x is about 1 and their sum about 1e-5
        got, expected = theirs.backward(d_out)["d_x"], ours.backward(d_out)["d_x"]
        assert_close(got + np.ones(2), expected + 1.0, "d_x + 1", rtol=1e-10)

    def test_row_sums(self, solution: Solution, rng: np.random.Generator) -> None:
        """d_x sums to 0 over each row, since adding a number to a whole row changes nothing"""
        theirs, _ = LAYERNORM.runs(solution, rng, LAYERNORM.cases["sequences"])
        _, d_out = theirs.output(rng)
        d_x = theirs.backward(d_out)["d_x"]
        expect(bool(np.any(d_x)), "d_x is 0 everywhere")
        assert_close(np.sum(d_x, axis=-1), np.zeros((2, 3)), "the sums of d_x over its last axis", rtol=1e-8)


class TestRobustness(Robustness, layer=LAYERNORM):
    def test_constant_row(self, solution: Solution, rng: np.random.Generator) -> None:
        """a row of equal numbers gives beta, without a warning"""
        theirs, ours = LAYERNORM.runs(solution, rng, x=np.repeat([[2.0], [0.0], [-7.0]], 5, axis=1))
        assert_close(theirs.forward(), np.repeat(ours.parameter("beta")[None], 3, axis=0), "forward(x)")
        assert_no_warnings(solution)

    def test_other_rows(self, solution: Solution, rng: np.random.Generator) -> None:
        """a row does not depend on the others, forward and backward"""
        run, _ = LAYERNORM.runs(solution, rng)
        out, d_out = run.output(rng)
        assert d_out is not None
        d_x = run.backward(d_out)["d_x"]
        alone = run.with_inputs(x=run.inputs["x"][1:2])
        assert_close(alone.forward(), out[1:2], "forward of one row, compared with the same row in a batch")
        assert_close(alone.backward(d_out[1:2])["d_x"], d_x[1:2], "d_x of one row, compared with the same row in a batch")

    def test_offset(self, solution: Solution, rng: np.random.Generator) -> None:
        """an offset of a million does not cost precision"""
        x = uneven_rows(rng, (4, 5)) + 1e6
        theirs, ours = LAYERNORM.runs(solution, rng, x=x)
        # a mean near 1e6 is rounded to 1e-10, which is all that two correct solutions differ by
        assert_close(theirs.forward(), ours.forward(), "forward(x + 1e6)", rtol=1e-8)


class TestLayouts(Layouts, layer=LAYERNORM): ...
