"""Hidden tests of the kata softmax."""

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
    assert_close,
    assert_no_warnings,
    assert_reference_gradient,
)
from reference.softmax import Softmax

SOFTMAX = Layer(
    Softmax,
    "exp(x) / sum(exp(x)) along the last axis",
    cases={
        "matrix": Case(x=(5, 4)),
        "vector": Case(x=(6,)),
        "sequences": Case(x=(3, 4, 5)),
        "heads": Case(x=(2, 3, 3, 4)),
        "single scores": Case(x=(3, 1)),
    },
    own=("matrix", "heads"),
    keeps_dtype=True,
)
FEW, MANY = 50, 100_000


def unlike_rows(rng: np.random.Generator) -> np.ndarray:
    """Rows of scores whose sizes have nothing to do with each other."""
    return rng.normal(size=(6, 5)) + np.array([[1e4], [-1e4], [1000.0], [-1000.0], [710.0], [0.0]])


class TestForward(Forward, layer=SOFTMAX):
    def test_known_values(self, solution: Solution) -> None:
        """the logarithms of 1, 2, 3 and 4 give 0.1, 0.2, 0.3 and 0.4"""
        x = np.log([[1.0, 2.0, 3.0, 4.0]])
        assert_close(solution.Softmax().forward(x), np.array([[0.1, 0.2, 0.3, 0.4]]), "forward(log([1, 2, 3, 4]))")

    def test_sum(self, solution: Solution, rng: np.random.Generator) -> None:
        """every row sums to 1, to rounding"""
        out = solution.Softmax().forward(2.0 * rng.normal(size=(4, 3, 5)))
        assert_close(np.sum(out, axis=-1), np.ones((4, 3)), "the sums of forward(x)", rtol=1e-12)

    def test_large_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """large scores give correct probabilities, without a warning"""
        theirs, ours = SOFTMAX.runs(solution, rng, x=unlike_rows(rng))
        assert_close(theirs.forward(), ours.forward(), "forward(x)")
        assert_no_warnings(solution)

    def test_wide_rows(self, solution: Solution) -> None:
        """scores that lie far apart within a row give 0 and 1, without a warning"""
        x = np.array([[-1e4, 0.0, 1e4], [0.0, 800.0, -800.0], [1000.0, 600.0, 1000.0]])
        expected = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
        # x - log(sum(exp(x))) is correct too, and off by 1e-13 near 1000
        assert_close(solution.Softmax().forward(x), expected, "forward(x)", rtol=5e-13)
        assert_no_warnings(solution)


class TestGradient(Gradient, layer=SOFTMAX):
    def test_large_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """large scores give correct gradients, without a warning"""
        theirs, ours = SOFTMAX.runs(solution, rng, x=unlike_rows(rng))
        assert_reference_gradient(theirs, ours, "d_x", rng)
        assert_no_warnings(solution)


class TestRobustness(Robustness, layer=SOFTMAX):
    def test_many_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """a row of 100,000 scores works: its Jacobian, of 80 GB, is never built"""
        short, _ = SOFTMAX.runs(solution, rng, x=rng.normal(size=(1, FEW)))
        # all further scores are so low that their probabilities are 0
        low = np.full((1, MANY - FEW), -1e4)
        long = short.with_inputs(x=np.append(short.inputs["x"], low, axis=1))
        out, d_out = short.forward(), rng.normal(size=(1, FEW))
        expected = short.backward(d_out)["d_x"]
        assert_close(long.forward(), np.append(out, np.zeros_like(low), axis=1), "forward(x), compared with a short row")
        d_x = long.backward(np.append(d_out, low, axis=1))["d_x"]
        assert_close(d_x, np.append(expected, np.zeros_like(low), axis=1), "d_x, compared with a short row")


class TestLayouts(Layouts, layer=SOFTMAX): ...
