"""Hidden tests of the kata tanh."""

from __future__ import annotations

import numpy as np

from harness.testing import Case, Forward, Gradient, Layer, Layouts, Robustness, Solution, assert_close, assert_no_warnings
from reference.tanh import Tanh

TANH = Layer(
    Tanh,
    "(exp(x) - exp(-x)) / (exp(x) + exp(-x)), element by element",
    cases={"matrix": Case(x=(6, 5)), "vector": Case(x=(7,)), "images": Case(x=(2, 3, 4, 2))},
    own=("matrix", "images"),
    keeps_dtype=True,
)
FAR_OUT = np.array([[-1e300, -1e4, -1000.0, -710.0, -360.0], [360.0, 710.0, 1000.0, 1e4, 1e300]])
LIMITS = np.array([[-1.0] * 5, [1.0] * 5])


class TestForward(Forward, layer=TANH):
    def test_known_values(self, solution: Solution) -> None:
        """0 at 0, 3/5 at log(2), and -3/5 at -log(2)"""
        x = np.array([[0.0, np.log(2.0), -np.log(2.0)]])
        assert_close(solution.Tanh().forward(x), np.array([[0.0, 0.6, -0.6]]), "forward([0, log 2, -log 2])")

    def test_far_out(self, solution: Solution) -> None:
        """far from zero the output is -1 or 1, to rounding"""
        assert_close(solution.Tanh().forward(FAR_OUT), LIMITS, "forward(x)", rtol=1e-15)

    def test_warnings(self, solution: Solution, rng: np.random.Generator) -> None:
        """NumPy gives no warning, however large x is"""
        x = np.concatenate([FAR_OUT.ravel(), rng.normal(size=5)])
        assert_close(solution.Tanh().forward(x), Tanh().forward(x), "forward(x)")
        assert_no_warnings(solution)


class TestGradient(Gradient, layer=TANH):
    def test_far_out(self, solution: Solution) -> None:
        """far from zero the gradient is 0, without a warning"""
        layer = solution.Tanh()
        layer.forward(np.append(FAR_OUT, 0.0))
        expected = np.append(np.zeros(FAR_OUT.size), 2.0)
        assert_close(layer.backward(np.full(expected.shape, 2.0)), expected, "d_x", rtol=1e-15)
        assert_no_warnings(solution)


class TestRobustness(Robustness, layer=TANH): ...


class TestLayouts(Layouts, layer=TANH):
    def test_float32_far_out(self, solution: Solution) -> None:
        """far from zero the output is -1 or 1 in float32 too, without a warning"""
        x = np.array([[-1e30, -1000.0, -100.0, 100.0, 1000.0, 1e30]], dtype=np.float32)
        expected = np.array([[-1, -1, -1, 1, 1, 1]], dtype=np.float32)
        assert_close(solution.Tanh().forward(x), expected, "forward(x)", rtol=1e-6)
        assert_no_warnings(solution)
