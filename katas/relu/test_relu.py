"""Hidden tests of the kata relu."""

from __future__ import annotations

import numpy as np

from harness.testing import Case, Forward, Gradient, Layer, Layouts, Robustness, Solution, assert_close
from reference.relu import ReLU


def away_from_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values of both signs, none closer than 0.1 to the kink at zero."""
    sign = np.where(np.arange(np.prod(shape)) % 2, 1.0, -1.0)
    return rng.permutation(sign).reshape(shape) * rng.uniform(0.1, 2.0, shape)


RELU = Layer(
    ReLU,
    "max(x, 0)",
    cases={"matrix": Case(x=(4, 5)), "images": Case(x=(2, 3, 4, 5)), "vector": Case(x=(7,)), "number": Case(x=())},
    own=("matrix",),
    draw=away_from_zero,
    keeps_dtype=True,
)


class TestForward(Forward, layer=RELU):
    def test_special_values(self, solution: Solution) -> None:
        """zero, tiny and huge values come out exactly"""
        x = np.array([0.0, -0.0, 1e-300, -1e-300, 7.0, 1e300, -1e300])
        assert_close(solution.ReLU().forward(x), np.array([0.0, 0.0, 1e-300, 0.0, 7.0, 1e300, 0.0]), "forward(x)", rtol=0.0)


class TestGradient(Gradient, layer=RELU):
    def test_at_zero(self, solution: Solution, rng: np.random.Generator) -> None:
        """the derivative at exactly 0 is 0"""
        layer = solution.ReLU()
        layer.forward(np.array([[0.0, -0.0, 1.0, -1.0, 1e-12]]))
        d_out = rng.uniform(0.5, 1.5, (1, 5))
        assert_close(layer.backward(d_out), d_out * np.array([0.0, 0.0, 1.0, 0.0, 1.0]), "d_x")


class TestRobustness(Robustness, layer=RELU): ...


class TestLayouts(Layouts, layer=RELU): ...
