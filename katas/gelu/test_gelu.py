"""Hidden tests of the kata gelu."""

from __future__ import annotations

import numpy as np
import pytest

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
from reference.gelu import GELU


def wide(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers between -4 and 4."""
    return rng.uniform(-4.0, 4.0, shape)


GELU_LAYER = Layer(
    GELU,
    "x * Phi(x), in the form that was asked for",
    cases={
        "default": Case(x=(4, 5)),
        "none": Case("none", x=(2, 3, 4)),
        "tanh": Case("tanh", x=(4, 5)),
        "tanh of a vector": Case("tanh", x=(9,)),
    },
    own=("default", "tanh"),
    draw=wide,
    keeps_dtype=True,
)
FORMS = pytest.mark.parametrize("form", ["none", "tanh"])


class TestForward(Forward, layer=GELU_LAYER):
    @FORMS
    def test_digits(self, solution: Solution, form: str) -> None:
        """values between -6 and 6 are exact to twelve digits"""
        x = np.linspace(-6.0, 6.0, 49)
        assert_close(solution.GELU(form).forward(x), GELU(form).forward(x), "forward(x)", rtol=1e-12)


class TestGradient(Gradient, layer=GELU_LAYER):
    @FORMS
    def test_slopes(self, solution: Solution, form: str) -> None:
        """the slope is 0.5 at 0, negative on the left and above 1 on the right"""
        x = np.linspace(-5.0, 5.0, 41)
        theirs, ours = solution.GELU(form), GELU(form)
        for layer in (theirs, ours):
            layer.forward(x)
        d_out = np.full(41, 2.0)
        assert_close(theirs.backward(d_out), ours.backward(d_out), "d_x", rtol=1e-11)


class TestRobustness(Robustness, layer=GELU_LAYER):
    @FORMS
    def test_far_out(self, solution: Solution, rng: np.random.Generator, form: str) -> None:
        """values and gradients far out are finite and correct, without a warning"""
        x = np.array([1e4, -1e4, 100.0, -100.0, 40.0, -40.0, 9.0, -9.0])
        theirs, ours = GELU_LAYER.runs(solution, rng, Case(form, x=lambda rng: x))
        assert_close(theirs.forward(), ours.forward(), "forward(x)")
        assert_reference_gradient(theirs, ours, "d_x", rng)
        assert_no_warnings(solution)

    @FORMS
    def test_negative_tail(self, solution: Solution, form: str) -> None:
        """the tail at -9 is no larger than 1e-15 on either side of 0"""
        out = solution.GELU(form).forward(np.array([-9.0, -12.0, 1.0]))
        expected = GELU(form).forward(np.array([-9.0, -12.0, 1.0]))
        assert_close(out, expected, "forward(x)", rtol=1e-15 / 0.84)


class TestLayouts(Layouts, layer=GELU_LAYER): ...
