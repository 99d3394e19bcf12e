"""Hidden tests of the kata computational-graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import assert_close, assert_gradient, gapped, gradients, read_only

LAYERS = ["MulLayer", "AddLayer"]
NAMES = ("d_x", "d_y")
SHAPES = [(4, 4), (2, 3, 4)]
SHAPE_NAMES = ["matrix", "three axes"]


def result(layer: str, x: Any, y: Any) -> Any:
    """What the layer of that name gives."""
    return x * y if layer == "MulLayer" else x + y


def slopes(layer: str, x: Any, y: Any, d_out: Any) -> tuple[Any, Any]:
    """The gradients of the layer of that name."""
    return (d_out * y, d_out * x) if layer == "MulLayer" else (d_out, d_out)


def backward(node: Any, d_out: Any) -> tuple[Any, ...]:
    """The pair of gradients that a node of the solution returns."""
    return gradients(node.backward(d_out), NAMES)


def assert_slopes(layer: str, node: Any, x: Any, y: Any, d_out: Any) -> None:
    """Fail unless the node, after forward(x, y), returns the right gradients."""
    for name, got, expected in zip(NAMES, backward(node, d_out), slopes(layer, x, y, d_out), strict=True):
        assert_close(got, expected, f"{name} of {layer}")


class TestForward:
    @pytest.mark.parametrize("layer", LAYERS)
    def test_numbers(self, solution: Any, layer: str) -> None:
        """forward of two numbers"""
        for x, y in ((3.0, 4.0), (-2.5, 1.1), (100, 2), (0.0, 7.5)):
            got = getattr(solution, layer)().forward(x, y)
            assert_close(got, result(layer, x, y), f"{layer}().forward({x}, {y})", rtol=1e-12)

    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    @pytest.mark.parametrize("layer", LAYERS)
    def test_arrays(self, solution: Any, rng: np.random.Generator, layer: str, shape: tuple[int, ...]) -> None:
        """forward of two arrays works element by element"""
        x, y = rng.normal(size=(2, *shape))
        got = getattr(solution, layer)().forward(x, y)
        assert_close(got, result(layer, x, y), f"{layer}().forward(x, y)")

    def test_two_apples(self, solution: Any) -> None:
        """two apples at 100, with a tax factor of 1.1, cost 220"""
        apples = solution.MulLayer().forward(100, 2)
        assert_close(apples, 200.0, "the price before tax")
        assert_close(solution.MulLayer().forward(apples, 1.1), 220.0, "the price")


class TestGradient:
    @pytest.mark.parametrize("layer", LAYERS)
    def test_numbers(self, solution: Any, layer: str) -> None:
        """backward of two numbers"""
        for x, y, d_out in ((3.0, 4.0, 2.0), (-2.5, 1.1, 0.7), (100, 2, 1), (0.0, 7.5, -1.5)):
            node = getattr(solution, layer)()
            node.forward(x, y)
            assert_slopes(layer, node, x, y, d_out)

    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    @pytest.mark.parametrize("layer", LAYERS)
    def test_arrays(self, solution: Any, rng: np.random.Generator, layer: str, shape: tuple[int, ...]) -> None:
        """backward of two arrays works element by element"""
        node = getattr(solution, layer)()
        x, y, d_out = rng.normal(size=(3, *shape))
        node.forward(x, y)
        assert_slopes(layer, node, x, y, d_out)

    @pytest.mark.parametrize("which", [0, 1], ids=NAMES)
    @pytest.mark.parametrize("layer", LAYERS)
    def test_own_forward(self, solution: Any, rng: np.random.Generator, layer: str, which: int) -> None:
        """backward is the derivative of your own forward pass"""
        node = getattr(solution, layer)()
        inputs = rng.normal(size=(2, 3, 4))

        def forward(value: np.ndarray) -> Any:
            return node.forward(value, inputs[1]) if which == 0 else node.forward(inputs[0], value)

        def slope(d_out: np.ndarray) -> Any:
            node.forward(inputs[0], inputs[1])
            return backward(node, d_out)[which]

        assert_gradient(forward, inputs[which], slope, rng, f"{NAMES[which]} of {layer}")

    def test_two_apples(self, solution: Any) -> None:
        """two apples: gradients 2.2 (price of an apple), 110 (number) and 200 (tax)"""
        apple, tax = solution.MulLayer(), solution.MulLayer()
        tax.forward(apple.forward(100, 2), 1.1)
        d_apples, d_tax = backward(tax, 1)
        d_apple, d_number = backward(apple, d_apples)
        for got, expected, what in (
            (d_apple, 2.2, "the gradient of an apple's price"),
            (d_number, 110.0, "the gradient of the number of apples"),
            (d_tax, 200.0, "the gradient of the tax"),
        ):
            assert_close(got, expected, what)

    def test_apples_and_oranges(self, solution: Any) -> None:
        """two apples and three oranges: price 715, gradients 110, 2.2, 3.3, 165 and 650"""
        apple, orange, both, tax = solution.MulLayer(), solution.MulLayer(), solution.AddLayer(), solution.MulLayer()
        apples, oranges = apple.forward(100, 2), orange.forward(150, 3)
        assert_close(tax.forward(both.forward(apples, oranges), 1.1), 715.0, "the price")
        d_both, d_tax = backward(tax, 1)
        d_apples, d_oranges = backward(both, d_both)
        d_apple, d_apple_number = backward(apple, d_apples)
        d_orange, d_orange_number = backward(orange, d_oranges)
        for got, expected, what in (
            (d_apple_number, 110.0, "the gradient of the number of apples"),
            (d_apple, 2.2, "the gradient of an apple's price"),
            (d_orange, 3.3, "the gradient of an orange's price"),
            (d_orange_number, 165.0, "the gradient of the number of oranges"),
            (d_tax, 650.0, "the gradient of the tax"),
        ):
            assert_close(got, expected, what)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work, forward and backward"""
        for layer in LAYERS:
            node = getattr(solution, layer)()
            x, y, d_out = (layout(rng.normal(size=(4, 3))) for _ in range(3))
            assert_close(node.forward(x, y), result(layer, x, y), f"{layer}().forward(x, y)")
            assert_slopes(layer, node, x, y, d_out)

    def test_again(self, solution: Any, rng: np.random.Generator) -> None:
        """a node can be used again: backward belongs to its last forward, and may be called twice"""
        for layer in LAYERS:
            node = getattr(solution, layer)()
            for shape in ((2, 3), (2, 3), (5,)):
                x, y, d_out = rng.normal(size=(3, *shape))
                assert_close(node.forward(x, y), result(layer, x, y), f"{layer}().forward(x, y)")
                assert_slopes(layer, node, x, y, d_out)
                assert_slopes(layer, node, x, y, d_out)

    @pytest.mark.parametrize("layer", LAYERS)
    def test_two_nodes(self, solution: Any, rng: np.random.Generator, layer: str) -> None:
        """two nodes of one class do not disturb each other"""
        nodes = [getattr(solution, layer)() for _ in range(2)]
        inputs, d_out = rng.normal(size=(2, 2, 3)), rng.normal(size=3)
        for node, (x, y) in zip(nodes, inputs, strict=True):
            assert_close(node.forward(x, y), result(layer, x, y), f"{layer}().forward(x, y)")
        for node, (x, y) in zip(nodes, inputs, strict=True):
            assert_slopes(layer, node, x, y, d_out)

    def test_numbers_then_arrays(self, solution: Any, rng: np.random.Generator) -> None:
        """numbers and arrays work in turn, with the same nodes"""
        for layer in LAYERS:
            node = getattr(solution, layer)()
            arrays = rng.normal(size=(3, 2, 3))
            for x, y, d_out in ((2.0, 3.5, 0.5), tuple(arrays), (-1.0, 0.25, 4.0)):
                assert_close(node.forward(x, y), result(layer, x, y), f"{layer}().forward(x, y)")
                assert_slopes(layer, node, x, y, d_out)
