"""Hidden tests of the kata affine."""

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
from reference.affine import Affine

PARAMETERS = ("weight", "bias")
GRADIENTS = ("d_x", "d_weight", "d_bias")
IMAGES = (3, 2, 3, 2)


def layer_pair(solution: Any, rng: np.random.Generator, n_in: int, n_out: int) -> tuple[Any, Affine]:
    """The learner's layer and the reference, with the same random parameters."""
    theirs, ours = solution.Affine(n_in, n_out, rng=np.random.default_rng(1)), Affine(n_in, n_out)
    share_parameters(theirs, ours, rng, PARAMETERS)
    return theirs, ours


class TestForward:
    @pytest.mark.parametrize(
        "shape",
        [(4, 6), (3, 2, 4), (2, 3, 2, 4), (1, 2, 1, 3), (3, 4, 2, 2), (3, 1)],
        ids=["rows", "sequences", "images", "batch of one", "square weight", "one feature"],
    )
    def test_values(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """forward gives rows(x) @ weight + bias, for x of any shape"""
        n_in = int(np.prod(shape[1:]))
        theirs, ours = layer_pair(solution, rng, n_in, n_in if n_in in (1, 16) else 3)
        x = rng.normal(size=shape)
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    def test_parameters_in_place(self, solution: Any, rng: np.random.Generator) -> None:
        """forward uses parameters that were changed in place"""
        theirs, ours = solution.Affine(12, 3, rng=np.random.default_rng(1)), Affine(12, 3)
        for name in PARAMETERS:
            value = rng.normal(size=getattr(ours, name).shape)
            fill(theirs, name, value)
            setattr(ours, name, value)
        x = rng.normal(size=IMAGES)
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    @by_properties
    def test_initial_weight(self, solution: Any, rng: np.random.Generator) -> None:
        """the weight starts as N(0, 2 / in_features), of shape (in_features, out_features)"""
        weight = solution.Affine(400, 100, rng=rng).weight
        assert_shape(weight, (400, 100), "weight")
        assert_normal(solution, weight, np.sqrt(2 / 400), "weight")

    @by_properties
    def test_initial_bias(self, solution: Any) -> None:
        """the bias starts at zero, of shape (out_features,)"""
        assert_close(solution.Affine(4, 3).bias, np.zeros(3), "bias")


class TestGradient:
    @pytest.mark.parametrize("name", GRADIENTS)
    def test_own_forward(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """backward is the derivative of your own forward pass"""
        theirs, _ = layer_pair(solution, rng, 12, 4)
        assert_own_gradient(LayerCase(theirs, rng.normal(size=IMAGES), PARAMETERS), name, rng)

    @pytest.mark.parametrize("name", GRADIENTS)
    def test_reference(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """backward gives the right gradient"""
        theirs, ours = layer_pair(solution, rng, 12, 12)
        assert_reference_gradient(LayerCase(theirs, rng.normal(size=IMAGES), PARAMETERS), ours, name, rng)

    def test_rows(self, solution: Any, rng: np.random.Generator) -> None:
        """input that is flat already gets a flat gradient"""
        theirs, ours = layer_pair(solution, rng, 5, 3)
        assert_reference_gradient(LayerCase(theirs, rng.normal(size=(4, 5)), PARAMETERS), ours, "d_x", rng)

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradients again"""
        theirs, ours = layer_pair(solution, rng, 12, 3)
        case = LayerCase(theirs, rng.normal(size=IMAGES), PARAMETERS)
        d_out = rng.normal(size=(3, 3))
        case.forward()
        case.backward(d_out)
        again = case.backward(d_out)
        ours.forward(case.x)
        for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
            assert_close(again[name], expected, f"{name} of the second call")

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the shape of its input"""
        theirs, ours = layer_pair(solution, rng, 12, 3)
        for shape in ((5, 2, 3, 2), (2, 2, 3, 2), (1, 3, 4), (2, 12)):
            case = LayerCase(theirs, rng.normal(size=shape), PARAMETERS)
            for name in GRADIENTS:
                assert_reference_gradient(case, ours, name, rng)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers in one network do not disturb each other"""
        pairs = [layer_pair(solution, rng, 6, 2) for _ in range(2)]
        x, d_out = rng.normal(size=(2, 4, 3, 2)), rng.normal(size=(4, 2))
        for (theirs, ours), one in zip(pairs, x, strict=True):
            assert_close(theirs.forward(one), ours.forward(one), "forward(x)")
        for theirs, ours in pairs:
            got = LayerCase(theirs, x[0], PARAMETERS).backward(d_out)
            for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
                assert_close(got[name], expected, name)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped, np.asfortranarray], ids=["read-only", "gapped", "Fortran"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not in the usual order in memory work, forward and backward"""
        theirs, ours = layer_pair(solution, rng, 12, 3)
        case = LayerCase(theirs, layout(rng.normal(size=IMAGES)), PARAMETERS)
        d_out = layout(rng.normal(size=(3, 3)))
        assert_close(case.forward(), ours.forward(case.x), "forward(x)")
        for got, expected in zip(case.backward(d_out).values(), ours.backward(d_out), strict=True):
            assert_close(got, expected, "a gradient")

    @by_properties
    def test_generator(self, solution: Any) -> None:
        """the weight is drawn from the generator that is given"""
        assert_honours_generator(lambda rng: solution.Affine(3, 4, rng=rng).weight, "weight")

    def test_default_generator(self, solution: Any) -> None:
        """without a generator, two layers get different weights"""
        first, second = (solution.Affine(3, 4).weight for _ in range(2))
        assert_shape(first, (3, 4), "weight")
        expect(bool(np.any(first != second)), "two layers made without a generator have the same weights")

    @pytest.mark.parametrize("shape", [(2, 5), (2, 2, 4), (3, 2, 1)], ids=["other size", "twice the size", "half the size"])
    def test_wrong_size(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """x whose samples have not in_features numbers raises ValueError"""
        theirs, ours = layer_pair(solution, rng, 4, 3)
        good = rng.normal(size=(2, 2, 2))
        assert_close(theirs.forward(good), ours.forward(good), "forward(x)")
        names = ("x", "in_features", "features", *SHAPE_WORDS)
        assert_rejects(lambda: theirs.forward(rng.normal(size=shape)), names, None)  # a shape or a product may be shown
