"""Hidden tests of the kata two-layer-net."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    SHAPE_WORDS,
    Errors,
    Rejection,
    RemoteObject,
    Solution,
    Watched,
    assert_close,
    assert_honours_generator,
    assert_keys,
    assert_network_gradients,
    assert_no_warnings,
    assert_normal,
    assert_shape,
    assign_params,
    by_properties,
    expect,
    fetch,
    fill,
    gapped,
    kept,
    redrawn,
    replace,
    watches_inputs,
)
from reference.two_layer_net import TwoLayerNet

NAMES = ("W1", "b1", "W2", "b2")
KINDS = ["indices", "one-hot", "integer one-hot", "uint8 indices"]
SIZES = (4, 5, 3)
"""input_size, hidden_size and output_size."""


def pair(solution: Solution, rng: np.random.Generator, *sizes: int) -> tuple[RemoteObject, TwoLayerNet]:
    """The learner's network and the reference, with the same random parameters, biases included."""
    n_in, hidden, out = sizes or SIZES
    theirs, ours = solution.TwoLayerNet(n_in, hidden, out), TwoLayerNet(n_in, hidden, out)
    assign_params(redrawn(rng, ours.params), theirs, ours)
    return theirs, ours


def make_targets(rng: np.random.Generator, n: int, kind: str = "indices", classes: int = 3) -> np.ndarray:
    """Random targets of one kind."""
    labels = rng.integers(0, classes, size=n)
    if "one-hot" in kind:
        return np.eye(classes, dtype=int if kind == "integer one-hot" else float)[labels]
    return labels.astype(np.uint8) if kind == "uint8 indices" else labels


def gradients_of(net: Any, x: np.ndarray, t: np.ndarray) -> dict[str, Any]:
    """What `gradient` returned."""
    grads: dict[str, Any] = net.gradient(x, t)
    assert_keys(grads, NAMES, "gradient(x, t)")
    return grads


def assert_gradients(got: dict[str, Any], expected: dict[str, Any], which: str = "") -> None:
    """Fail unless all gradients are these; `which` follows their names in messages."""
    for name in NAMES:
        assert_close(got[name], np.asarray(expected[name]), f"the gradient of {name}{which}")


CHANGES: dict[str, Callable[[RemoteObject, dict[str, np.ndarray]], None]] = {
    "in place": lambda net, values: assign_params(values, net),
    "entries": lambda net, values: assign_params({k: gapped(v) for k, v in values.items()}, net, change=replace),
    "the whole dict": lambda net, values: setattr(net, "params", values),
}


class TestForward:
    @pytest.mark.parametrize("sizes", [(5, 4, 3, 6), (1, 3, 1, 2), (4, 3, 5, 4)], ids=["tall", "single", "wide"])
    def test_predict(self, solution: Solution, rng: np.random.Generator, sizes: tuple[int, int, int, int]) -> None:
        """predict gives the probability of each class"""
        theirs, ours = pair(solution, rng, *sizes[1:])
        x = rng.normal(size=(sizes[0], sizes[1]))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    def test_saturated(self, solution: Solution) -> None:
        """predict stays finite where a hidden unit or a score is far from zero, without a warning"""
        theirs, ours = solution.TwoLayerNet(1, 2, 3), TwoLayerNet(1, 2, 3)
        w2 = np.array([[1e4, 0.0, -1e4], [-3e4, 2e4, 1.0]])
        start = {"W1": np.array([[1.0, -1.0]]), "b1": np.zeros(2), "W2": w2, "b2": np.array([0.0, 0.5, 0.3])}
        x = np.array([[0.0], [-1000.0], [1000.0], [0.4]])
        for b2 in (start["b2"], np.full(3, 1e4)):
            assign_params({**start, "b2": b2}, theirs, ours)
            assert_close(theirs.predict(x), ours.predict(x), "predict(x)")
        assert_no_warnings(solution)

    @pytest.mark.parametrize("level", [1e4, -1e4], ids=["high", "low"])
    def test_loss_far_from_zero(self, solution: Solution, rng: np.random.Generator, level: float) -> None:
        """loss depends on how scores differ, not on how far from zero all of them are"""
        theirs, ours = pair(solution, rng)
        assign_params({"b2": np.full(3, level)}, theirs, ours)
        x, t = rng.normal(size=(6, 4)), np.array([0, 1, 2, 2, 1, 0])
        assert_close(theirs.loss(x, t), ours.loss(x, t), "loss(x, t)")

    @pytest.mark.parametrize("kind", KINDS)
    def test_loss(self, solution: Solution, rng: np.random.Generator, kind: str) -> None:
        """loss gives the mean cross-entropy of the batch"""
        theirs, ours = pair(solution, rng)
        for n in (6, 2, 1, 200):
            x, t = rng.normal(size=(n, 4)), make_targets(rng, n, kind)
            assert_close(theirs.loss(x, t), ours.loss(x, t), "loss(x, t)")

    @pytest.mark.parametrize("kind", KINDS)
    def test_accuracy(self, solution: Solution, rng: np.random.Generator, kind: str) -> None:
        """accuracy gives the share of correct answers, between 0 and 1"""
        theirs, ours = pair(solution, rng)
        for n in (40, 41, 1, 200):
            x, t = rng.normal(size=(n, 4)), make_targets(rng, n, kind)
            assert_close(theirs.accuracy(x, t), ours.accuracy(x, t), "accuracy(x, t)")
        right = np.eye(3)[ours.predict(x).argmax(axis=1)]
        assert_close(theirs.accuracy(x, right), 1.0, "accuracy where all answers are correct")

    @by_properties
    @pytest.mark.parametrize("name", ["W1", "W2"])
    def test_weights_at_start(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """{name} starts as N(0, weight_init_std squared)"""
        params = solution.TwoLayerNet(200, 150, 200, 0.5, rng).params
        assert_keys(params, NAMES, "params")
        assert_shape(params[name], (200, 150) if name == "W1" else (150, 200), name)
        assert_normal(solution, params[name], 0.5, name)

    def test_biases_at_start(self, solution: Solution) -> None:
        """the biases start at zero"""
        params = solution.TwoLayerNet(4, 3, 2, rng=np.random.default_rng(1)).params
        assert_keys(params, NAMES, "params")
        assert_close(params["b1"], np.zeros(3), "b1")
        assert_close(params["b2"], np.zeros(2), "b2")

    @by_properties
    def test_default_std(self, solution: Solution, rng: np.random.Generator) -> None:
        """weight_init_std is 0.01 by default"""
        params = solution.TwoLayerNet(200, 150, 3, rng=rng).params
        assert_keys(params, NAMES, "params")
        assert_normal(solution, params["W1"], 0.01, "W1")

    @pytest.mark.parametrize("change", list(CHANGES))
    def test_changed_parameters(self, solution: Solution, rng: np.random.Generator, change: str) -> None:
        """every method reads parameters that were changed or replaced after an earlier call"""
        theirs, ours = pair(solution, rng)
        x, t = rng.normal(size=(6, 4)), make_targets(rng, 6)
        before = theirs.predict(x), theirs.loss(x, t), gradients_of(theirs, x, t)
        values = redrawn(rng, ours.params)
        CHANGES[change](theirs, values)
        fresh = solution.TwoLayerNet(*SIZES)
        assign_params(values, fresh)
        after = theirs.predict(x), theirs.loss(x, t), gradients_of(theirs, x, t)
        expect(not np.array_equal(after[0], before[0]), "predict gives the same after the parameters have changed")
        assert_close(after[0], np.asarray(fresh.predict(x)), "predict(x), compared with a new network")
        assert_close(after[1], np.asarray(fresh.loss(x, t)), "loss(x, t), compared with a new network")
        assert_gradients(after[2], gradients_of(fresh, x, t), ", compared with a new network")


class TestGradient:
    @pytest.mark.parametrize("name", [*NAMES, "all parameters at once"])
    def test_own_loss(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """the gradient of {name} is the derivative of your own loss"""
        theirs, ours = pair(solution, rng, 3, 4, 3)
        x, t = rng.normal(size=(5, 3)), make_targets(rng, 5)
        start = dict(ours.params)

        def loss(values: dict[str, np.ndarray]) -> Any:
            assign_params(values, theirs)
            return theirs.loss(x, t)

        def gradients(_: np.ndarray) -> dict[str, Any]:
            assign_params(start, theirs)
            return gradients_of(theirs, x, t)

        names, directions = ((name,), 3) if name in NAMES else (NAMES, 20)
        assert_network_gradients(loss, gradients, start, rng, names, directions)

    @pytest.mark.parametrize("name", NAMES)
    def test_correct(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """the gradient of {name} is correct"""
        theirs, ours = pair(solution, rng, 4, 4, 4)
        for n in (6, 1):
            x, t = rng.normal(size=(n, 4)), make_targets(rng, n, classes=4)
            assert_close(gradients_of(theirs, x, t)[name], ours.gradient(x, t)[name], f"the gradient of {name}")

    @pytest.mark.parametrize("kind", KINDS[1:])
    def test_targets(self, solution: Solution, rng: np.random.Generator, kind: str) -> None:
        """gradient takes {kind} as targets"""
        theirs, _ = pair(solution, rng)
        x, t = rng.normal(size=(100, 4)), make_targets(rng, 100, kind)
        labels = t.argmax(axis=1) if t.ndim == 2 else t.astype(int)
        assert_gradients(gradients_of(theirs, x, t), gradients_of(theirs, x, labels), ", compared with int64 indices")

    def test_stands_alone(self, solution: Solution, rng: np.random.Generator) -> None:
        """gradient belongs to its own arguments, whatever was computed before"""
        theirs, ours = pair(solution, rng)
        for n in (6, 6, 1, 4):
            x, t = rng.normal(size=(n, 4)), make_targets(rng, n)
            fresh = solution.TwoLayerNet(*SIZES)
            assign_params(ours.params, fresh)
            theirs.loss(rng.normal(size=(n, 4)), t)
            theirs.predict(rng.normal(size=(n, 4)))
            assert_gradients(gradients_of(theirs, x, t), gradients_of(fresh, x, t), ", compared with a new network")

    def test_huge_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """gradient stays finite where the scores are far from zero"""
        theirs, ours = pair(solution, rng)
        assign_params({"b2": np.array([1e4, 0.0, -1e4])}, theirs, ours)
        x, t = rng.normal(size=(6, 4)), np.array([0, 1, 2, 2, 1, 0])
        assert_gradients(gradients_of(theirs, x, t), ours.gradient(x, t))


class TestTraining:
    @pytest.mark.parametrize("kind", KINDS[:2])
    def test_learns(self, solution: Solution, rng: np.random.Generator, kind: str) -> None:
        """plain gradient descent reaches 95 % accuracy on three separable groups"""
        labels = np.arange(60) % 3
        centres = np.array([[2.0, 0.0], [-1.0, 1.8], [-1.0, -1.8]])
        x, t = centres[labels] + rng.uniform(-0.5, 0.5, size=(60, 2)), labels if kind == "indices" else np.eye(3)[labels]
        net = solution.TwoLayerNet(2, 10, 3, 0.5, np.random.default_rng(int(rng.integers(1000))))
        params = {name: np.array(value) for name, value in net.params.items()}
        for _ in range(40):
            grads = gradients_of(net, x, t)
            for name in NAMES:
                params[name] -= 2.0 * grads[name]
                fill(net, ("params", name), params[name])
        reached = net.accuracy(x, t)
        assert_shape(reached, (), "accuracy(x, t)")
        expect(0.95 <= reached <= 1, f"40 steps of gradient descent end at an accuracy of {reached:.3g}, expected 0.95")


class TestRobustness:
    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        theirs, _ = pair(solution, rng)
        watched = Watched(solution)
        for kind in KINDS:
            x, t = watched.keep("x", rng.normal(size=(6, 4))), watched.keep("t", make_targets(rng, 6, kind))
            expect(bool(np.any(theirs.predict(x))), "predict(x) is 0 everywhere")
            watched.assert_unchanged("predict")
            for method in ("loss", "accuracy", "gradient"):
                getattr(theirs, method)(x, t)
                watched.assert_unchanged(method)

    def test_keeps_parameters(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes a parameter"""
        theirs, ours = pair(solution, rng)
        x, t = rng.normal(size=(6, 4)), make_targets(rng, 6)
        expect(bool(np.any(theirs.predict(x))), "predict(x) is 0 everywhere")
        theirs.loss(x, t)
        theirs.gradient(x, t)
        params = theirs.params
        for name in NAMES:
            assert_close(params[name], ours.params[name], f"{name} after predict, loss and gradient", rtol=0.0)

    def test_keeps_results(self, solution: Solution, rng: np.random.Generator) -> None:
        """another call leaves the gradients that an earlier one returned as they are"""
        theirs, _ = pair(solution, rng)
        first = kept(theirs.gradient)(rng.normal(size=(6, 4)), make_targets(rng, 6))
        before = fetch(first)
        assert_keys(before, NAMES, "gradient(x, t)")
        expect(any(np.any(before[name]) for name in NAMES), "all gradients are 0")
        gradients_of(theirs, rng.normal(size=(6, 4)), make_targets(rng, 6))
        assert_gradients(fetch(first), before, " of the first call, after the second")

    def test_one_class(self, solution: Solution, rng: np.random.Generator) -> None:
        """with a single class the loss and all gradients are 0"""
        theirs, _ = pair(solution, rng, 4, 5, 1)
        x, t = rng.normal(size=(6, 4)), np.zeros(6, dtype=int)
        assert_close(theirs.loss(x, t), 0.0, "loss(x, t)")
        assert_gradients(
            gradients_of(theirs, x, t), {"W1": np.zeros((4, 5)), "b1": [0.0] * 5, "W2": [[0.0]] * 5, "b2": [0.0]}
        )

    @pytest.mark.parametrize("name", ["W1", "W2"])
    @by_properties
    def test_generator(self, solution: Solution, name: str) -> None:
        """{name} is drawn from the generator that is given"""
        assert_honours_generator(solution, lambda rng: solution.TwoLayerNet(3, 4, 2, rng=rng).params[name], name)

    @by_properties
    def test_default_generator(self, solution: Solution) -> None:
        """without a generator, two networks get different weights"""
        first, second = (np.asarray(solution.TwoLayerNet(3, 4, 2).params["W1"]) for _ in range(2))
        expect(bool(np.any(first != second)), "two networks made without a generator have the same weights")

    def test_two_networks(self, solution: Solution, rng: np.random.Generator) -> None:
        """two networks do not share their parameters"""
        first, _ = pair(solution, rng)
        x = rng.normal(size=(6, 4))
        alone = first.predict(x)
        expect(bool(np.any(alone)), "predict(x) is 0 everywhere")
        pair(solution, rng)
        assert_close(first.predict(x), np.asarray(alone), "predict(x) of the first of two networks, compared with before")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """arrays in another layout give the same"""
        theirs, _ = pair(solution, rng)
        x, t = rng.normal(size=(6, 4)), make_targets(rng, 6, "integer one-hot")
        other = LAYOUTS[layout](x), LAYOUTS[layout](t)
        assert_close(theirs.loss(*other), np.asarray(theirs.loss(x, t)), "loss(x, t), compared with ordinary arrays")
        assert_gradients(gradients_of(theirs, *other), gradients_of(theirs, x, t), ", compared with ordinary arrays")

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """float32 input works"""
        theirs, _ = pair(solution, rng)
        x, t = rng.normal(size=(6, 4)).astype(np.float32), make_targets(rng, 6, "one-hot").astype(np.float32)
        wide = x.astype(float), t.astype(float)
        assert_close(theirs.loss(x, t), np.asarray(theirs.loss(*wide)), "loss(x, t), compared with float64", rtol=1e-5)
        expected = gradients_of(theirs, *wide)
        for name, got in gradients_of(theirs, x, t).items():
            assert_close(got, np.asarray(expected[name]), f"the gradient of {name}, compared with float64", rtol=1e-5)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "TwoLayerNet(...)",
            "a size is below 1",
            lambda s, sizes: s.TwoLayerNet(*sizes),
            ((0, 3, 2), (4, 0, 2), (4, 3, 0), (4, -1, 2)),
            ("input_size", "hidden_size", "output_size", "size"),
            shown=min,
        ),
        Rejection(
            "predict(x)",
            "`x` is not `(N, input_size)`",
            lambda s, shape: s.TwoLayerNet(*SIZES).predict(np.ones(shape)),
            ((2, 7), (4,)),
            ("x", "input_size", "features", *SHAPE_WORDS),
        ),
        Rejection(
            "loss(x, t)",
            "`t` is neither `(N,)` nor `(N, output_size)`",
            lambda s, shape: s.TwoLayerNet(*SIZES).loss(np.ones((6, 4)), np.ones(shape, dtype=int)),
            ((1,), (5,), (7,), (5, 3), (7, 3), (6, 2), (6, 4)),
            ("t", "targets", "labels"),
            shown=None,  # its shape or its values
        ),
    )
