"""Hidden tests of the kata swiglu."""

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
    StartsNormal,
    assert_close,
    assert_dtype,
    assert_no_warnings,
    assert_own_gradient,
    assert_reference_gradient,
    expect,
)
from reference.swiglu import SiLU, SwiGLU

SILU = Layer(SiLU, "x * sigmoid(x)", cases={"matrix": Case(x=(4, 5))}, draws={"x": lambda rng, s: 3.0 * rng.normal(size=s)})
SWIGLU = Layer(
    SwiGLU,
    "(silu(x @ w1) * (x @ w3)) @ w2",
    parameters=("w1", "w2", "w3"),
    cases={
        "matrix": Case(4, 6, x=(5, 4)),
        "sequences": Case(3, 5, x=(2, 3, 3)),
        "square": Case(4, 4, x=(4, 4)),
        "narrow": Case(5, 2, x=(3, 5)),
    },
    own=("matrix", "sequences"),
    starts={
        "w1": StartsNormal(np.sqrt(1 / 400), "N(0, 1 / dim)"),
        "w2": StartsNormal(np.sqrt(1 / 100), "N(0, 1 / hidden_dim)"),
        "w3": StartsNormal(np.sqrt(1 / 400), "N(0, 1 / dim)"),
    },
    start=(400, 100),
)


class TestSilu:
    def test_values(self, solution: Solution, rng: np.random.Generator) -> None:
        """SiLU gives x * sigmoid(x)"""
        theirs, ours = SILU.runs(solution, rng)
        assert_close(theirs.forward(), ours.forward(), "SiLU().forward(x)")

    def test_own_forward(self, solution: Solution, rng: np.random.Generator) -> None:
        """SiLU's d_x is the derivative of your own forward pass"""
        theirs, _ = SILU.runs(solution, rng)
        assert_own_gradient(theirs, "d_x", rng)

    def test_correct(self, solution: Solution, rng: np.random.Generator) -> None:
        """SiLU's d_x is correct"""
        theirs, ours = SILU.runs(solution, rng, x=3.0 * rng.normal(size=(2, 3, 4)))
        assert_reference_gradient(theirs, ours, "d_x", rng)

    def test_slope_at_zero(self, solution: Solution) -> None:
        """SiLU's slope at 0 is 0.5"""
        layer = solution.SiLU()
        layer.forward(np.zeros((2, 3)))
        assert_close(layer.backward(np.full((2, 3), 3.0)), np.full((2, 3), 1.5), "d_x")

    def test_far_out(self, solution: Solution, rng: np.random.Generator) -> None:
        """SiLU is finite and correct far out, forward and backward, without a warning"""
        x = np.array([1e4, -1e4, 800.0, -800.0, 40.0, -40.0, 1.0, -1.0])
        theirs, ours = SILU.runs(solution, rng, x=x)
        assert_close(theirs.forward(), ours.forward(), "SiLU().forward(x)")
        assert_reference_gradient(theirs, ours, "d_x", rng)
        assert_no_warnings(solution)

    def test_two_activations(self, solution: Solution, rng: np.random.Generator) -> None:
        """two SiLUs do not share what they remember, and a second backward gives the same again"""
        run, _ = SILU.runs(solution, rng)
        _, d_out = run.output(rng)
        expected = run.backward(d_out)["d_x"]
        expect(bool(np.any(expected)), "d_x is 0 everywhere")
        solution.SiLU().forward(rng.normal(size=(4, 5)))
        assert_close(run.backward(d_out)["d_x"], expected, "d_x after a forward of another SiLU")

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """SiLU gives float32 for float32, forward and backward"""
        x = rng.normal(size=(4, 5)).astype(np.float32)
        theirs, ours = SILU.runs(solution, rng, x=x)
        for what, got, expected in (
            ("SiLU().forward(x)", theirs.forward(), ours.forward()),
            ("d_x", theirs.backward(x)["d_x"], ours.backward(x)["d_x"]),
        ):
            assert_close(got, expected, what, rtol=1e-5)
            assert_dtype(got, np.float32, what)


class TestForward(Forward, layer=SWIGLU): ...


class TestGradient(Gradient, layer=SWIGLU): ...


class TestRobustness(Robustness, layer=SWIGLU): ...


class TestLayouts(Layouts, layer=SWIGLU): ...
