"""Hidden tests of the kata computational-graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    Case,
    Layer,
    Run,
    Solution,
    Watched,
    assert_close,
    assert_dtype,
    assert_own_gradient,
    assert_reference_gradient,
    expect,
    gradients,
    watches_inputs,
)
from reference.computational_graph import AddLayer, MulLayer

NAMES = ("d_x", "d_y")
CASES = {
    "matrix": Case(x=(4, 4), y=(4, 4)),
    "vector": Case(x=(5,), y=(5,)),
    "three axes": Case(x=(2, 3, 4), y=(2, 3, 4)),
    "one element": Case(x=(1, 1), y=(1, 1)),
}
LAYERS = {
    "MulLayer": Layer(MulLayer, "x * y", CASES, inputs=("x", "y")),
    "AddLayer": Layer(AddLayer, "x + y", CASES, inputs=("x", "y")),
}
NUMBERS = [(3.0, 4.0, 2.0), (-2.5, 1.1, 0.7), (100, 2, 1), (0.0, 7.5, -1.5), (1.1, 0.0, 0.3)]
"""x, y and d_out."""

each_layer = pytest.mark.parametrize("layer", list(LAYERS))
each_case = pytest.mark.parametrize("case", list(CASES))


def backward(node: Any, d_out: Any) -> tuple[Any, Any]:
    """d_x and d_y."""
    d_x, d_y = gradients(node.backward(d_out), NAMES).values()
    return d_x, d_y


def assert_as_alone(run: Run, node: Any, d_out: np.ndarray, which: str) -> None:
    """Fail unless the node, after a forward with the inputs of `run`, gives the gradients of a new one."""
    run.forward()
    expected = run.backward(d_out)
    expect(any(np.any(gradient) for gradient in expected.values()), "all gradients are 0")
    for name, got in run.on(node).backward(d_out).items():
        assert_close(got, expected[name], f"{name} of {which}, compared with a new one")


class TestForward:
    @each_layer
    def test_numbers(self, solution: Solution, layer: str) -> None:
        """{layer}: forward of two numbers"""
        for x, y, _ in NUMBERS:
            got = LAYERS[layer].make(solution).forward(x, y)
            assert_close(got, LAYERS[layer].kind().forward(x, y), f"forward({x}, {y})", rtol=1e-12)

    @each_case
    @each_layer
    def test_arrays(self, solution: Solution, rng: np.random.Generator, layer: str, case: str) -> None:
        """{layer}: forward of two arrays works element by element"""
        theirs, ours = LAYERS[layer].runs(solution, rng, CASES[case])
        assert_close(theirs.forward(), ours.forward(), "forward(x, y)")

    def test_two_apples(self, solution: Solution) -> None:
        """two apples at 100, with a tax factor of 1.1, cost 220"""
        apples = solution.MulLayer().forward(100, 2)
        assert_close(apples, 200.0, "the price before tax")
        assert_close(solution.MulLayer().forward(apples, 1.1), 220.0, "the price")


class TestGradient:
    @each_layer
    def test_numbers(self, solution: Solution, layer: str) -> None:
        """{layer}: backward of two numbers"""
        for x, y, d_out in NUMBERS:
            node, ours = LAYERS[layer].make(solution), LAYERS[layer].kind()
            node.forward(x, y)
            ours.forward(x, y)
            for name, got, expected in zip(NAMES, backward(node, d_out), ours.backward(d_out), strict=True):
                assert_close(got, expected, f"{name} after forward({x}, {y})")

    @each_case
    @each_layer
    def test_arrays(self, solution: Solution, rng: np.random.Generator, layer: str, case: str) -> None:
        """{layer}: backward of two arrays works element by element"""
        for name in NAMES:
            theirs, ours = LAYERS[layer].runs(solution, rng, CASES[case])
            assert_reference_gradient(theirs, ours, name, rng)

    @pytest.mark.parametrize("name", NAMES)
    @each_layer
    def test_own_forward(self, solution: Solution, rng: np.random.Generator, layer: str, name: str) -> None:
        """{layer}: {name} is the derivative of your own forward pass"""
        theirs, _ = LAYERS[layer].runs(solution, rng)
        assert_own_gradient(theirs, name, rng)

    def test_two_apples(self, solution: Solution) -> None:
        """two apples: gradients 2.2 (price of an apple), 110 (number) and 200 (tax)"""
        apple, tax = solution.MulLayer(), solution.MulLayer()
        tax.forward(apple.forward(100, 2), 1.1)
        d_apples, d_tax = backward(tax, 1)
        d_apple, d_number = backward(apple, d_apples)
        assert_close(d_apple, 2.2, "the gradient of an apple's price")
        assert_close(d_number, 110.0, "the gradient of the number of apples")
        assert_close(d_tax, 200.0, "the gradient of the tax")

    def test_apples_and_oranges(self, solution: Solution) -> None:
        """two apples and three oranges: price 715, gradients 110, 2.2, 3.3, 165 and 650"""
        apple, orange, both, tax = solution.MulLayer(), solution.MulLayer(), solution.AddLayer(), solution.MulLayer()
        apples, oranges = apple.forward(100, 2), orange.forward(150, 3)
        assert_close(tax.forward(both.forward(apples, oranges), 1.1), 715.0, "the price")
        d_both, d_tax = backward(tax, 1)
        d_apples, d_oranges = backward(both, d_both)
        d_apple, d_apple_number = backward(apple, d_apples)
        d_orange, d_orange_number = backward(orange, d_oranges)
        assert_close(d_apple_number, 110.0, "the gradient of the number of apples")
        assert_close(d_apple, 2.2, "the gradient of an apple's price")
        assert_close(d_orange, 3.3, "the gradient of an orange's price")
        assert_close(d_orange_number, 165.0, "the gradient of the number of oranges")
        assert_close(d_tax, 650.0, "the gradient of the tax")


class TestRobustness:
    @each_layer
    def test_again(self, solution: Solution, rng: np.random.Generator, layer: str) -> None:
        """{layer}: a node can be used again, and backward belongs to its last forward"""
        node = LAYERS[layer].make(solution)
        for shape in ((2, 3), (2, 3), (5,)):
            run, _ = LAYERS[layer].runs(solution, rng, x=shape, y=shape)
            run.on(node).forward()
            assert_as_alone(run, node, rng.normal(size=shape), "a used node")

    @each_layer
    def test_second_backward(self, solution: Solution, rng: np.random.Generator, layer: str) -> None:
        """{layer}: a second backward gives the same gradients again"""
        run, _ = LAYERS[layer].runs(solution, rng)
        out, d_out = run.output(rng)
        first = run.backward(d_out)
        other = run.backward(rng.normal(size=np.shape(out)))
        expect(any(not np.array_equal(other[name], first[name]) for name in first), "the gradients do not depend on d_out")
        for name, again in run.backward(d_out).items():
            assert_close(again, first[name], f"{name} of the last call, compared with the first")

    @each_layer
    def test_two_nodes(self, solution: Solution, rng: np.random.Generator, layer: str) -> None:
        """{layer}: two nodes of one class do not disturb each other"""
        run, _ = LAYERS[layer].runs(solution, rng)
        first, second = LAYERS[layer].make(solution), LAYERS[layer].make(solution)
        run.on(first).forward()
        other, _ = LAYERS[layer].runs(solution, rng)
        other.on(second).forward()
        d_out = rng.normal(size=(4, 4))
        got = backward(first, d_out)
        alone = LAYERS[layer].make(solution)
        run.on(alone).forward()
        for name, gradient, expected in zip(NAMES, got, backward(alone, d_out), strict=True):
            expect(bool(np.any(expected)), f"{name} is 0")
            assert_close(gradient, expected, f"{name} of the first of two nodes, compared with one on its own")

    @each_layer
    def test_numbers_then_arrays(self, solution: Solution, rng: np.random.Generator, layer: str) -> None:
        """{layer}: one node works with numbers and arrays in turn"""
        node = LAYERS[layer].make(solution)
        for x, y, d_out in ((2.0, 3.5, 0.5), tuple(rng.normal(size=(3, 2, 3))), (-1.0, 0.25, 4.0)):
            alone = LAYERS[layer].make(solution)
            assert_close(node.forward(x, y), np.asarray(alone.forward(x, y)), "forward(x, y), compared with a new node")
            for name, got, expected in zip(NAMES, backward(node, d_out), backward(alone, d_out), strict=True):
                assert_close(got, np.asarray(expected), f"{name}, compared with a new node")

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        for layer in LAYERS:
            run, _ = LAYERS[layer].runs(solution, rng)
            watched = Watched(solution)
            _, d_out = run.output(rng)
            run.with_inputs(**watched.keep_all(run.inputs)).forward()
            watched.assert_unchanged(f"{layer}.forward")
            backward(run.target, watched.keep("d_out", d_out))
            watched.assert_unchanged(f"{layer}.backward")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """arrays in another layout give the same, forward and backward"""
        for layer in LAYERS:
            run, _ = LAYERS[layer].runs(solution, rng)
            out, d_out = run.output(rng)
            expected = run.backward(d_out)
            other = run.on(LAYERS[layer].make(solution)).with_inputs(
                **{k: LAYOUTS[layout](v) for k, v in run.inputs.items()}
            )
            assert_close(other.forward(), out, "forward(x, y), compared with ordinary arrays")
            for name, got in other.backward(None if d_out is None else LAYOUTS[layout](d_out)).items():
                assert_close(got, expected[name], f"{name}, compared with ordinary arrays")

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """float32 arrays give float32, forward and backward"""
        for layer in LAYERS:
            x, y, d_out = rng.normal(size=(3, 4, 5)).astype(np.float32)
            node = LAYERS[layer].make(solution)
            assert_dtype(node.forward(x, y), np.float32, "forward(x, y)")
            for name, got in zip(NAMES, backward(node, d_out), strict=True):
                assert_dtype(got, np.float32, name)
