"""Hidden tests of the kata linear."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import (
    SHAPE_WORDS,
    LayerCase,
    assert_close,
    assert_honours_generator,
    assert_normal,
    assert_own_gradient,
    assert_reference_gradient,
    assert_rejects,
    assert_shape,
    by_properties,
    expect,
    fill,
    gapped,
    read_only,
    share_parameters,
)
from reference.linear import Linear

PARAMETERS = ("weight", "bias")
GRADIENTS = ("d_x", "d_weight", "d_bias")


def layer_pair(solution: Any, rng: np.random.Generator, n_in: int, n_out: int) -> tuple[Any, Linear]:
    """The learner's layer and the reference, with the same random parameters."""
    theirs, ours = solution.Linear(n_in, n_out), Linear(n_in, n_out)
    share_parameters(theirs, ours, rng, PARAMETERS)
    return theirs, ours


class TestForward:
    @pytest.mark.parametrize("shape", [(4, 5, 3), (1, 3, 1), (6, 4, 4)], ids=["tall", "single", "square"])
    def test_values(self, solution: Any, rng: np.random.Generator, shape: tuple[int, int, int]) -> None:
        """forward gives x @ weight + bias"""
        n, n_in, n_out = shape
        theirs, ours = layer_pair(solution, rng, n_in, n_out)
        x = rng.normal(size=(n, n_in))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    def test_parameters_in_place(self, solution: Any, rng: np.random.Generator) -> None:
        """forward uses parameters that were changed in place"""
        theirs, ours = solution.Linear(4, 3), Linear(4, 3)
        for name in PARAMETERS:
            value = rng.normal(size=getattr(ours, name).shape)
            fill(theirs, name, value)
            setattr(ours, name, value)
        x = rng.normal(size=(5, 4))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    @by_properties
    def test_initial_weight(self, solution: Any, rng: np.random.Generator) -> None:
        """the weight starts as N(0, 2 / in_features), of shape (in_features, out_features)"""
        weight = solution.Linear(400, 100, rng=rng).weight
        assert_shape(weight, (400, 100), "weight")
        assert_normal(solution, weight, np.sqrt(2 / 400), "weight")

    def test_initial_bias(self, solution: Any) -> None:
        """the bias starts at zero, of shape (out_features,)"""
        assert_close(solution.Linear(4, 3, rng=np.random.default_rng(1)).bias, np.zeros(3), "bias")


class TestGradient:
    @pytest.mark.parametrize("name", GRADIENTS)
    def test_own_forward(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """{name} is the derivative of your own forward pass"""
        theirs, _ = layer_pair(solution, rng, 5, 3)
        assert_own_gradient(LayerCase(theirs, rng.normal(size=(4, 5)), PARAMETERS), name, rng)

    @pytest.mark.parametrize("name", GRADIENTS)
    def test_reference(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """{name} is right"""
        theirs, ours = layer_pair(solution, rng, 4, 4)
        assert_reference_gradient(LayerCase(theirs, rng.normal(size=(3, 4)), PARAMETERS), ours, name, rng)

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradients again"""
        theirs, ours = layer_pair(solution, rng, 5, 3)
        case = LayerCase(theirs, rng.normal(size=(4, 5)), PARAMETERS)
        d_out = rng.normal(size=(4, 3))
        case.forward()
        case.backward(d_out)
        again = case.backward(d_out)
        ours.forward(case.x)
        for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
            assert_close(again[name], expected, f"{name} of the second call")

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the size of its batch"""
        theirs, ours = layer_pair(solution, rng, 5, 3)
        for n in (6, 6, 1, 2):
            case = LayerCase(theirs, rng.normal(size=(n, 5)), PARAMETERS)
            assert_reference_gradient(case, ours, "d_weight", rng)
            assert_reference_gradient(case, ours, "d_bias", rng)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers do not share what they remember"""
        pairs = [layer_pair(solution, rng, 4, 3) for _ in range(2)]
        for theirs, ours in pairs:
            x = rng.normal(size=(5, 4))
            assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        d_out = rng.normal(size=(5, 3))
        for theirs, ours in pairs:
            got = LayerCase(theirs, np.zeros((5, 4)), PARAMETERS).backward(d_out)
            for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
                assert_close(got[name], expected, name)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work, forward and backward"""
        theirs, ours = layer_pair(solution, rng, 4, 3)
        case = LayerCase(theirs, layout(rng.normal(size=(5, 4))), PARAMETERS)
        d_out = layout(rng.normal(size=(5, 3)))
        assert_close(case.forward(), ours.forward(case.x), "forward(x)")
        for got, expected in zip(case.backward(d_out).values(), ours.backward(d_out), strict=True):
            assert_close(got, expected, "a gradient")

    def test_float32_input(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 input works, forward and backward"""
        theirs, ours = layer_pair(solution, rng, 4, 3)
        x, d_out = (rng.normal(size=s).astype(np.float32) for s in ((5, 4), (5, 3)))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)", rtol=1e-5)
        assert_close(theirs.backward(d_out)[1], ours.backward(d_out)[1], "d_weight", rtol=1e-5)

    @by_properties
    def test_generator(self, solution: Any) -> None:
        """the weight is drawn from the generator that is given"""
        assert_honours_generator(lambda rng: solution.Linear(3, 4, rng=rng).weight, "weight")

    @by_properties
    def test_default_generator(self, solution: Any) -> None:
        """without a generator, two layers get different weights"""
        first, second = (solution.Linear(3, 4).weight for _ in range(2))
        assert_shape(first, (3, 4), "weight")
        expect(bool(np.any(first != second)), "two layers made without a generator have the same weights")

    def test_wrong_width(self, solution: Any, rng: np.random.Generator) -> None:
        """x with the wrong number of features raises ValueError"""
        theirs = solution.Linear(4, 3, rng=np.random.default_rng(1))
        assert_shape(theirs.forward(rng.normal(size=(2, 4))), (2, 3), "forward(x)")
        assert_rejects(lambda: theirs.forward(rng.normal(size=(2, 5))), ("x", "in_features", *SHAPE_WORDS), 5)
