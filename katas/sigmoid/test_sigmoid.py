"""Hidden tests of the kata sigmoid."""

from __future__ import annotations

import numpy as np
import pytest

from harness.testing import Case, Forward, Gradient, Layer, Layouts, Robustness, Solution, assert_close, assert_no_warnings
from reference.sigmoid import Sigmoid


def both_sides(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of both signs, most of them on the curved part of the sigmoid."""
    return 2.0 * rng.normal(size=shape)


SIGMOID = Layer(
    Sigmoid,
    "1 / (1 + exp(-x)), element by element",
    cases={"matrix": Case(x=(6, 5)), "vector": Case(x=(7,)), "images": Case(x=(2, 3, 4, 2))},
    own=("matrix", "images"),
    draw=both_sides,
    keeps_dtype=True,
)
FAR_OUT = np.array([[-1e300, -1e4, -1000.0, -746.0, -710.0], [710.0, 746.0, 1000.0, 1e4, 1e300]])
LIMITS = np.array([[0.0] * 5, [1.0] * 5])


class TestForward(Forward, layer=SIGMOID):
    def test_known_values(self, solution: Solution) -> None:
        """1/2 at 0, 3/4 at log(3), and 1/4 at -log(3)"""
        x = np.array([[0.0, np.log(3.0), -np.log(3.0)]])
        assert_close(solution.Sigmoid().forward(x), np.array([[0.5, 0.75, 0.25]]), "forward([0, log 3, -log 3])")

    def test_far_out(self, solution: Solution) -> None:
        """far from zero the output is 0 or 1, to rounding"""
        assert_close(solution.Sigmoid().forward(FAR_OUT), LIMITS, "forward(x)", rtol=1e-15)

    @pytest.mark.parametrize("sign", [-1, 1], ids=["below zero", "above zero"])
    def test_warnings(self, solution: Solution, rng: np.random.Generator, sign: int) -> None:
        """NumPy gives no warning, however large x is"""
        x = np.concatenate([FAR_OUT[np.sign(FAR_OUT) == sign], rng.normal(size=5)])
        assert_close(solution.Sigmoid().forward(x), Sigmoid().forward(x), "forward(x)")
        assert_no_warnings(solution)


class TestGradient(Gradient, layer=SIGMOID):
    def test_far_out(self, solution: Solution) -> None:
        """far from zero the gradient is 0, without a warning"""
        layer = solution.Sigmoid()
        layer.forward(np.append(FAR_OUT, 0.0))
        expected = np.append(np.zeros(FAR_OUT.size), 0.5)
        assert_close(layer.backward(np.full(expected.shape, 2.0)), expected, "d_x", rtol=1e-15)
        assert_no_warnings(solution)


class TestRobustness(Robustness, layer=SIGMOID): ...


class TestLayouts(Layouts, layer=SIGMOID):
    def test_float32_far_out(self, solution: Solution) -> None:
        """far from zero the output is 0 or 1 in float32 too, without a warning"""
        x = np.array([[-1e30, -1000.0, -100.0, 100.0, 1000.0, 1e30]], dtype=np.float32)
        expected = np.array([[0, 0, 0, 1, 1, 1]], dtype=np.float32)
        assert_close(solution.Sigmoid().forward(x), expected, "forward(x)", rtol=1e-6)
        assert_no_warnings(solution)
