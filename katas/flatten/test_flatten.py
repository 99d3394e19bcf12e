"""Hidden tests of the kata flatten."""

from __future__ import annotations

import numpy as np

from harness.testing import Case, Forward, Gradient, Layer, Layouts, Robustness, Solution, assert_close, assert_dtype
from reference.flatten import Flatten

FLATTEN = Layer(
    Flatten,
    "one row for each sample, the last axis running fastest",
    cases={
        "images": Case(x=(2, 3, 4, 5)),
        "matrix": Case(x=(4, 6)),
        "sequences": Case(x=(3, 2, 5)),
        "volumes": Case(x=(2, 3, 2, 2, 3)),
        "batch of one": Case(x=(1, 2, 3, 4)),
        "one channel": Case(x=(5, 1, 2, 1)),
        "one number": Case(x=(1, 1, 1, 1)),
    },
    own=("images", "matrix"),
    batches=[{"x": shape} for shape in ((6, 2, 3, 2), (2, 2, 3, 2), (2, 3, 2, 2), (2, 3, 4))],
    keeps_dtype=True,
)


class TestForward(Forward, layer=FLATTEN): ...


class TestGradient(Gradient, layer=FLATTEN):
    def test_two_layers(self, solution: Solution, rng: np.random.Generator) -> None:
        """two layers do not share what they remember"""
        shapes, d_out = [(2, 3, 4), (2, 6, 2)], rng.normal(size=(2, 12))
        layers = [solution.Flatten() for _ in shapes]
        for layer, shape in zip(layers, shapes, strict=True):
            layer.forward(rng.normal(size=shape))
        for layer, shape, which in zip(layers, shapes, ("first", "second"), strict=True):
            assert_close(layer.backward(d_out), d_out.reshape(shape), f"d_x of the {which} layer")


class TestRobustness(Robustness, layer=FLATTEN): ...


class TestLayouts(Layouts, layer=FLATTEN):
    def test_integers(self, solution: Solution) -> None:
        """integers in, integers out"""
        out = solution.Flatten().forward(np.arange(12, dtype=np.uint8).reshape(2, 3, 2))
        assert_close(out, np.arange(12).reshape(2, 6), "forward(x)")
        assert_dtype(out, np.uint8, "forward(x)")
