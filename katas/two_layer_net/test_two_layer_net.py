"""Hidden tests of the kata two-layer-net."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import (
    SHAPE_WORDS,
    assert_close,
    assert_gradient,
    assert_honours_generator,
    assert_normal,
    assert_rejects,
    assert_shape,
    by_properties,
    expect,
    fill,
    gapped,
    read_only,
)
from reference.two_layer_net import TwoLayerNet

NAMES = ("W1", "b1", "W2", "b2")
KINDS = ["indices", "one-hot", "integer one-hot"]


def net_pair(solution: Any, rng: np.random.Generator, n_in: int, hidden: int, out: int) -> tuple[Any, TwoLayerNet]:
    """The learner's network and the reference, with the same random parameters, biases included."""
    theirs, ours = solution.TwoLayerNet(n_in, hidden, out), TwoLayerNet(n_in, hidden, out)
    share(theirs, ours, {name: rng.normal(size=value.shape) for name, value in ours.params.items()})
    return theirs, ours


def share(theirs: Any, ours: TwoLayerNet, parameters: dict[str, np.ndarray]) -> None:
    """Write the same values into the parameters of both networks."""
    for name, value in parameters.items():
        fill(theirs, ("params", name), value)
        ours.params[name] = value.copy()


def make_targets(rng: np.random.Generator, n: int, classes: int, kind: str) -> np.ndarray:
    """Random targets of one kind."""
    labels = rng.integers(0, classes, size=n)
    if kind == "indices":
        return labels
    return np.eye(classes, dtype=int if kind == "integer one-hot" else float)[labels]


def entry(grads: Any, name: str) -> Any:
    """One gradient out of what `gradient` returned; a bias kept as a row counts as a vector."""
    expect(isinstance(grads, dict) and set(grads) == set(NAMES), f"gradient(x, t) must return a dict with keys {NAMES}")
    value = grads[name]
    if name.startswith("b") and np.ndim(value) == 2 and np.shape(value)[0] == 1:
        return value[0]
    return value


def three_groups(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sixty points in three groups far apart, and their classes."""
    labels = np.arange(60) % 3
    centres = np.array([[2.0, 0.0], [-1.0, 1.8], [-1.0, -1.8]])
    return centres[labels] + rng.uniform(-0.5, 0.5, size=(60, 2)), labels


class TestForward:
    @pytest.mark.parametrize("sizes", [(5, 4, 3, 6), (1, 3, 1, 2), (4, 3, 5, 4)], ids=["tall", "single", "square"])
    def test_predict(self, solution: Any, rng: np.random.Generator, sizes: tuple[int, int, int, int]) -> None:
        """predict gives the probability of each class"""
        n, n_in, hidden, out = sizes
        theirs, ours = net_pair(solution, rng, n_in, hidden, out)
        x = rng.normal(size=(n, n_in))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    def test_predict_saturated(self, solution: Any) -> None:
        """predict stays finite where a hidden unit or a score is far from zero"""
        theirs, ours = solution.TwoLayerNet(1, 2, 3), TwoLayerNet(1, 2, 3)
        w2 = np.array([[1e4, 0.0, -1e4], [-3e4, 2e4, 1.0]])
        share(theirs, ours, {"W1": np.array([[1.0, -1.0]]), "b1": np.zeros(2), "W2": w2, "b2": np.array([0.0, 0.5, 0.3])})
        x = np.array([[0.0], [-1000.0], [1000.0], [0.4]])
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")
        share(theirs, ours, {"b2": np.full(3, 1e4)})
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    @pytest.mark.parametrize("level", [1e4, -1e4], ids=["high", "low"])
    def test_loss_far_from_zero(self, solution: Any, rng: np.random.Generator, level: float) -> None:
        """loss depends on how scores differ, not on how far from zero all of them are"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        share(theirs, ours, {"b2": np.full(3, level)})
        x, t = rng.normal(size=(6, 4)), np.array([0, 1, 2, 2, 1, 0])
        assert_close(theirs.loss(x, t), ours.loss(x, t), "loss(x, t)")

    @pytest.mark.parametrize("kind", KINDS)
    def test_loss(self, solution: Any, rng: np.random.Generator, kind: str) -> None:
        """loss gives the mean cross-entropy of the batch"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        for n in (6, 3, 1):
            x, t = rng.normal(size=(n, 4)), make_targets(rng, n, 3, kind)
            assert_close(theirs.loss(x, t), ours.loss(x, t), "loss(x, t)")

    @pytest.mark.parametrize("kind", KINDS)
    def test_accuracy(self, solution: Any, rng: np.random.Generator, kind: str) -> None:
        """accuracy gives the share of right answers, between 0 and 1"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        for _ in range(3):
            x, t = rng.normal(size=(40, 4)), make_targets(rng, 40, 3, kind)
            assert_close(theirs.accuracy(x, t), ours.accuracy(x, t), "accuracy(x, t)")
        right = np.eye(3)[ours.predict(x).argmax(axis=1)]
        assert_close(theirs.accuracy(x, right), 1.0, "accuracy where all answers are right")

    @by_properties
    @pytest.mark.parametrize("name", ["W1", "W2"])
    def test_initial_weights(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """the weights start as N(0, weight_init_std squared)"""
        params = solution.TwoLayerNet(200, 150, 200, weight_init_std=0.5, rng=rng).params
        expect(isinstance(params, dict) and set(params) == set(NAMES), f"params must be a dict with the keys {NAMES}")
        assert_shape(params[name], (200, 150) if name == "W1" else (150, 200), name)
        assert_normal(solution, params[name], 0.5, name)

    def test_initial_biases(self, solution: Any) -> None:
        """the biases start at zero"""
        params = solution.TwoLayerNet(4, 3, 2, rng=np.random.default_rng(1)).params
        expect(isinstance(params, dict) and set(params) == set(NAMES), f"params must be a dict with the keys {NAMES}")
        assert_close(params["b1"], np.zeros(3), "b1")
        assert_close(params["b2"], np.zeros(2), "b2")

    @by_properties
    def test_default_std(self, solution: Any, rng: np.random.Generator) -> None:
        """weight_init_std is 0.01 by default"""
        params = solution.TwoLayerNet(200, 150, 3, rng=rng).params
        assert_shape(params["W1"], (200, 150), "W1")
        assert_normal(solution, params["W1"], 0.01, "W1")


class TestGradient:
    @pytest.mark.parametrize("name", NAMES)
    def test_own_loss(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """gradient is the derivative of your own loss"""
        theirs, ours = net_pair(solution, rng, 3, 4, 3)
        x, t = rng.normal(size=(5, 3)), make_targets(rng, 5, 3, "indices")
        start = ours.params[name]

        def forward(value: np.ndarray) -> Any:
            fill(theirs, ("params", name), value)
            return theirs.loss(x, t)

        def backward(_: np.ndarray) -> Any:
            fill(theirs, ("params", name), start)
            return entry(theirs.gradient(x, t), name)

        assert_gradient(forward, start, backward, rng, f"the gradient of {name}")

    @pytest.mark.parametrize("name", NAMES)
    def test_reference(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """gradient gives the right gradient"""
        theirs, ours = net_pair(solution, rng, 4, 4, 4)
        x, t = rng.normal(size=(6, 4)), make_targets(rng, 6, 4, "indices")
        assert_close(entry(theirs.gradient(x, t), name), ours.gradient(x, t)[name], f"the gradient of {name}")

    @pytest.mark.parametrize("kind", KINDS[1:])
    def test_one_hot(self, solution: Any, rng: np.random.Generator, kind: str) -> None:
        """gradient takes one-hot targets"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        x, t = rng.normal(size=(6, 4)), make_targets(rng, 6, 3, kind)
        got, expected = theirs.gradient(x, t), ours.gradient(x, t)
        for name in NAMES:
            assert_close(entry(got, name), expected[name], f"the gradient of {name}")

    def test_stands_alone(self, solution: Any, rng: np.random.Generator) -> None:
        """gradient belongs to its own arguments, whatever loss and predict were asked before"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        for n in (6, 6, 1, 4):
            x, t = rng.normal(size=(n, 4)), make_targets(rng, n, 3, "indices")
            got, expected = theirs.gradient(x, t), ours.gradient(x, t)
            for name in NAMES:
                assert_close(entry(got, name), expected[name], f"the gradient of {name}")
            theirs.loss(rng.normal(size=(n, 4)), t)
            theirs.predict(rng.normal(size=(4, 4)))

    def test_changed_parameters(self, solution: Any, rng: np.random.Generator) -> None:
        """loss and gradient use parameters that were changed in place"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        x, t = rng.normal(size=(6, 4)), make_targets(rng, 6, 3, "indices")
        for _ in range(3):
            got, expected = theirs.gradient(x, t), ours.gradient(x, t)
            for name in NAMES:
                assert_close(entry(got, name), expected[name], f"the gradient of {name}")
            assert_close(theirs.loss(x, t), ours.loss(x, t), "loss(x, t)")
            share(theirs, ours, {name: rng.normal(size=value.shape) for name, value in ours.params.items()})

    def test_keeps_parameters(self, solution: Any, rng: np.random.Generator) -> None:
        """gradient changes no parameter, and the second call gives the same"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        x, t = rng.normal(size=(6, 4)), make_targets(rng, 6, 3, "indices")
        theirs.gradient(x, t)
        theirs.loss(x, t)
        params = theirs.params
        again = theirs.gradient(x, t)
        for name in NAMES:
            assert_close(entry(params, name), ours.params[name], f"{name} after gradient(x, t)")
            assert_close(entry(again, name), ours.gradient(x, t)[name], f"the gradient of {name} in the second call")

    def test_huge_scores(self, solution: Any, rng: np.random.Generator) -> None:
        """gradient stays finite where the scores are far from zero"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        share(theirs, ours, {"b2": np.array([1e4, 0.0, -1e4])})
        x, t = rng.normal(size=(6, 4)), np.array([0, 1, 2, 2, 1, 0])
        got, expected = theirs.gradient(x, t), ours.gradient(x, t)
        for name in NAMES:
            assert_close(entry(got, name), expected[name], f"the gradient of {name}")


class TestTraining:
    @pytest.mark.parametrize("kind", KINDS[:2])
    def test_learns(self, solution: Any, rng: np.random.Generator, kind: str) -> None:
        """plain gradient descent reaches 95 % accuracy on three separable groups"""
        x, labels = three_groups(rng)
        t = labels if kind == "indices" else np.eye(3)[labels]
        net = solution.TwoLayerNet(2, 10, 3, weight_init_std=0.5, rng=np.random.default_rng(int(rng.integers(1000))))
        params = {name: np.array(value) for name, value in net.params.items()}
        for _ in range(40):
            grads = net.gradient(x, t)
            for name in NAMES:
                params[name] -= 2.0 * grads[name]
                fill(net, ("params", name), params[name])
        reached = net.accuracy(x, t)
        assert_shape(reached, (), "accuracy(x, t)")
        expect(0.95 <= reached <= 1, f"40 steps of gradient descent end at an accuracy of {reached:.3g}, expected 0.95")

    def test_step_downhill(self, solution: Any, rng: np.random.Generator) -> None:
        """a small step against the gradient lowers the loss by as much as the gradient says"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        x, t = rng.normal(size=(8, 4)), make_targets(rng, 8, 3, "indices")
        before, grads = theirs.loss(x, t), theirs.gradient(x, t)
        step = 1e-5
        for name in NAMES:
            fill(theirs, ("params", name), ours.params[name] - step * entry(grads, name))
        fall = sum(float(np.sum(np.square(grads[name]))) for name in NAMES)
        # The second-order term is about step * curvature / 2 of the first: far below 1 %.
        assert_close((before - theirs.loss(x, t)) / step, fall, "the fall of the loss in a unit step", rtol=1e-2)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        x, t = layout(rng.normal(size=(6, 4))), layout(make_targets(rng, 6, 3, "integer one-hot"))
        assert_close(theirs.loss(x, t), ours.loss(x, t), "loss(x, t)")
        assert_close(entry(theirs.gradient(x, t), "W1"), ours.gradient(x, t)["W1"], "the gradient of W1")

    @pytest.mark.parametrize("name", ["W1", "W2"])
    def test_generator(self, solution: Any, name: str) -> None:
        """the weights are drawn from the generator that is given"""
        assert_honours_generator(lambda rng: solution.TwoLayerNet(3, 4, 2, rng=rng).params[name], name)

    def test_default_generator(self, solution: Any) -> None:
        """without a generator, two networks get different weights"""
        first, second = (solution.TwoLayerNet(3, 4, 2).params["W1"] for _ in range(2))
        assert_shape(first, (3, 4), "W1")
        expect(bool(np.any(first != second)), "two networks made without a generator have the same weights")

    def test_two_networks(self, solution: Any, rng: np.random.Generator) -> None:
        """two networks do not share their parameters"""
        first, ours_first = net_pair(solution, rng, 4, 5, 3)
        second, ours_second = net_pair(solution, rng, 4, 5, 3)
        x = rng.normal(size=(6, 4))
        assert_close(first.predict(x), ours_first.predict(x), "predict(x) of the first network")
        assert_close(second.predict(x), ours_second.predict(x), "predict(x) of the second network")

    def test_wrong_width(self, solution: Any, rng: np.random.Generator) -> None:
        """x with the wrong number of features raises ValueError"""
        theirs, ours = net_pair(solution, rng, 4, 5, 3)
        x = rng.normal(size=(2, 4))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")
        assert_rejects(lambda: theirs.predict(rng.normal(size=(2, 7))), ("x", "input_size", "features", *SHAPE_WORDS), 7)
