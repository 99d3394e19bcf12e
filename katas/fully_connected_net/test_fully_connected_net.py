"""Hidden tests of the kata fully-connected-net."""

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
    by_position,
    by_properties,
    expect,
    fill,
    gapped,
    note,
    read_only,
)
from reference.fully_connected_net import FullyConnectedNet

Params = dict[str, np.ndarray]
CONFIGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "penalty": {"reg": 0.7},
    "batch norm": {"batchnorm": True},
    "batch norm and penalty": {"batchnorm": True, "reg": 0.3},
}


def net_pair(
    solution: Any, values: np.random.Generator, n_in: int, hidden: list[int], out: int, **options: Any
) -> tuple[Any, FullyConnectedNet]:
    """The learner's network and the reference (never with dropout), with the same random parameters from `values`."""
    theirs = solution.FullyConnectedNet(n_in, hidden, out, *by_position(FullyConnectedNet, options))
    ours = FullyConnectedNet(n_in, hidden, out, **{**options, "dropout": 0.0})
    share(theirs, ours, {name: values.normal(size=value.shape) for name, value in ours.params.items()})
    return theirs, ours


def share(theirs: Any, ours: FullyConnectedNet, parameters: Params) -> None:
    """Write the same values into the parameters of both networks."""
    write(theirs, parameters)
    ours.params.update({name: value.copy() for name, value in parameters.items()})


def write(theirs: Any, parameters: Params) -> None:
    """Write values into the parameters of the learner's network, in place."""
    for name, value in parameters.items():
        fill(theirs, ("params", name), value)


def loss_of(theirs: Any, x: np.ndarray, t: np.ndarray) -> tuple[Any, dict[str, Any]]:
    """What `loss` returned: the value and the gradients by name; a bias kept as a row counts as a vector."""
    result = theirs.loss(x, t)
    expect(isinstance(result, list | tuple) and len(result) == 2, "loss(x, t) must return a pair: the loss and a dict")
    value, grads = result
    expect(isinstance(grads, dict), "the second value of loss(x, t) must be a dict of gradients")
    rows = {name for name, grad in grads.items() if name[:1] == "b" and np.ndim(grad) == 2 and np.shape(grad)[0] == 1}
    return value, {name: grad[0] if name in rows else grad for name, grad in grads.items()}


def gradient_of(grads: dict[str, Any], name: str) -> Any:
    """One entry of a dict of gradients."""
    expect(name in grads, f"loss(x, t) returned no gradient for {name}")
    return grads[name]


def assert_loss(theirs: Any, ours: FullyConnectedNet, x: np.ndarray, t: np.ndarray) -> None:
    """Fail unless loss and gradients are the reference's."""
    value, grads = loss_of(theirs, x, t)
    expected, expected_grads = ours.loss(x, t)
    assert_close(value, expected, "the loss")
    for name, gradient in expected_grads.items():
        # Batch norm takes a bias away again: what is left of its gradient is rounding; any amount below 1e-8 is right.
        rtol = 1e-5 if f"gamma{name[1:]}" in ours.params and name[0] == "b" else None
        assert_close(gradient_of(grads, name), gradient, f"the gradient of {name}", rtol)


def away_from_kinks(rng: np.random.Generator, net: FullyConnectedNet, x: np.ndarray) -> Params:
    """Random parameters with which no pre-activation lies within 0.03 of zero, and no deviation of a batch below 3.

    A gradient check moves a pre-activation by up to 0.02: 2e-3 for each input, of which there are few, of size about 1.
    Wide weights keep that small beside the deviation by which batch norm divides, and small ones keep the scores where
    softmax is smooth: a fifth derivative grows with the fifth power of the layers' outputs.
    """
    while True:
        params = {name: 0.5 * rng.normal(size=value.shape) for name, value in net.params.items()}
        out, nearest, narrowest = x, np.inf, np.inf
        depth = len([name for name in params if name.startswith("W")])
        for i in range(1, depth):
            params[f"W{i}"] *= 16.0 if f"gamma{i}" in params else 1.0
            a = out @ params[f"W{i}"] + params[f"b{i}"]
            if f"gamma{i}" in params:
                params[f"gamma{i}"] *= 1.0 if i == depth - 1 else 4.0
                narrowest = min(narrowest, float(a.std(axis=0).min()))
                a = params[f"gamma{i}"] * (a - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + 1e-5) + params[f"beta{i}"]
            nearest = min(nearest, float(np.abs(a).min()))
            out = np.maximum(a, 0)
        if nearest > 0.03 and narrowest > 3:
            return params


def hidden_outputs(theirs: Any, x: np.ndarray, last: int) -> np.ndarray:
    """What the last hidden layer puts out in training, dropout included, solved from the gradient of W of layer `last`.

    With zero weights the scores do not depend on it, so that gradient is outputs.T @ d_scores with known d_scores.
    """
    n = len(x)
    value, grads = loss_of(theirs, x, np.arange(n))
    expect(bool(np.isfinite(value)), f"the loss is {value}")
    d_scores = (np.full((n, n + 1), 1 / (n + 1)) - np.eye(n, n + 1)) / n
    gradient = gradient_of(grads, f"W{last}")
    assert_shape(gradient, (np.shape(gradient)[0], n + 1), f"the gradient of W{last}")
    return np.asarray((gradient @ np.linalg.pinv(d_scores)).T)


class TestForward:
    @pytest.mark.parametrize(
        "hidden", [[5], [1], [4, 6], [5, 3, 4]], ids=["one layer", "one unit", "two layers", "three layers"]
    )
    def test_predict(self, solution: Any, rng: np.random.Generator, hidden: list[int]) -> None:
        """predict gives the scores of affine, ReLU, ..., affine"""
        theirs, ours = net_pair(solution, rng, 4, hidden, 3)
        x = rng.normal(size=(6, 4))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    @pytest.mark.parametrize("name", CONFIGS)
    def test_loss(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """loss gives the mean cross-entropy, with 0.5 * reg * sum(W * W) for every weight matrix"""
        theirs, ours = net_pair(solution, rng, 4, [6, 5], 3, **CONFIGS[name])
        for n in (7, 3):
            x, t = rng.normal(size=(n, 4)), rng.integers(0, 3, size=n)
            assert_close(loss_of(theirs, x, t)[0], ours.loss(x, t)[0], "the loss")

    @by_properties
    @pytest.mark.parametrize("batchnorm", [False, True], ids=["plain", "batch norm"])
    def test_parameters(self, solution: Any, batchnorm: bool) -> None:
        """params has W and b for each layer, with batch norm gamma and beta for each hidden one: b, beta 0, gamma 1"""
        theirs = solution.FullyConnectedNet(4, [6, 5], 3, batchnorm=batchnorm)
        ours, params = FullyConnectedNet(4, [6, 5], 3, batchnorm=batchnorm), theirs.params
        expect(isinstance(params, dict), "params must be a dict")
        starts = {name: (float(np.min(value)), float(np.max(value))) for name, value in params.items() if name[0] != "W"}
        note(solution, **{name: low if low == high else "random" for name, (low, high) in sorted(starts.items())})
        expect(set(params) == set(ours.params), f"params has the keys {sorted(params)}, expected {sorted(ours.params)}")
        for name, value in ours.params.items():
            if name[0] == "W":
                assert_shape(params[name], value.shape, name)
            else:
                start = np.ravel(params[name]) if name[:-1] == "b" else params[name]
                assert_close(start, value, f"{name} at the start")

    @by_properties
    @pytest.mark.parametrize("name", ["W1", "W2", "W3"])
    def test_initial_weights(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """the weights start as N(0, weight_scale squared)"""
        params = solution.FullyConnectedNet(200, [150, 140], 150, weight_scale=0.3, rng=rng).params
        assert_shape(params[name], {"W1": (200, 150), "W2": (150, 140), "W3": (140, 150)}[name], name)
        assert_normal(solution, params[name], 0.3, name)

    @by_properties
    def test_default_scale(self, solution: Any, rng: np.random.Generator) -> None:
        """weight_scale is 0.01 by default"""
        params = solution.FullyConnectedNet(200, [150], 3, rng=rng).params
        assert_shape(params["W1"], (200, 150), "W1")
        assert_normal(solution, params["W1"], 0.01, "W1")


class TestGradient:
    @pytest.mark.parametrize("name", CONFIGS)
    def test_own_loss(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """the gradients are the derivative of your own loss"""
        theirs, ours = net_pair(solution, rng, 3, [4, 3], 3, **CONFIGS[name])
        x, t = 0.5 * rng.normal(size=(5, 3)), rng.integers(0, 3, size=5)
        start = away_from_kinks(rng, ours, x)
        share(theirs, ours, start)
        for parameter in start:

            def forward(value: np.ndarray, parameter: str = parameter) -> Any:
                fill(theirs, ("params", parameter), value)
                return loss_of(theirs, x, t)[0]

            def backward(_: np.ndarray, parameter: str = parameter) -> Any:
                fill(theirs, ("params", parameter), start[parameter])
                return gradient_of(loss_of(theirs, x, t)[1], parameter)

            assert_gradient(forward, start[parameter], backward, rng, f"the gradient of {parameter}", directions=1)
            fill(theirs, ("params", parameter), start[parameter])

    @pytest.mark.parametrize("batchnorm", [False, True], ids=["alone", "with batch norm"])
    def test_own_loss_dropout(self, solution: Any, rng: np.random.Generator, batchnorm: bool) -> None:
        """with dropout, the gradients are the derivative of the loss for the masks that were drawn"""
        options: dict[str, Any] = {"dropout": 0.25, "batchnorm": batchnorm, "reg": 0.2}
        seed = int(rng.integers(1000))
        x, t = 0.5 * rng.normal(size=(5, 3)), rng.integers(0, 3, size=5)
        start = away_from_kinks(rng, FullyConnectedNet(3, [4], 3, batchnorm=batchnorm), x)
        for parameter in start:

            def loss_at(value: np.ndarray, parameter: str = parameter) -> tuple[Any, dict[str, Any]]:
                # A new network with the same seed draws the same masks.
                theirs = solution.FullyConnectedNet(3, [4], 3, rng=np.random.default_rng(seed), **options)
                write(theirs, {**start, parameter: value})
                return loss_of(theirs, x, t)

            def forward(value: np.ndarray) -> Any:
                return loss_at(value)[0]

            def backward(_: np.ndarray, parameter: str = parameter) -> Any:
                return gradient_of(loss_at(start[parameter])[1], parameter)

            assert_gradient(forward, start[parameter], backward, rng, f"the gradient of {parameter}", directions=1)

    @pytest.mark.parametrize("name", CONFIGS)
    def test_reference(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """loss gives the right gradient for every parameter"""
        theirs, ours = net_pair(solution, rng, 4, [5, 4, 6], 3, **CONFIGS[name])
        assert_loss(theirs, ours, rng.normal(size=(6, 4)), rng.integers(0, 3, size=6))

    def test_equal_widths(self, solution: Any, rng: np.random.Generator) -> None:
        """the gradients are right where all layers have the same width"""
        theirs, ours = net_pair(solution, rng, 4, [4, 4], 4, batchnorm=True)
        assert_loss(theirs, ours, rng.normal(size=(4, 4)), rng.integers(0, 4, size=4))

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """each loss stands alone: other batches and changed parameters do not shine through"""
        theirs, ours = net_pair(solution, rng, 4, [5, 4], 3, batchnorm=True, reg=0.1)
        for n in (6, 6, 2, 5):
            assert_loss(theirs, ours, rng.normal(size=(n, 4)), rng.integers(0, 3, size=n))
            share(theirs, ours, {name: rng.normal(size=value.shape) for name, value in ours.params.items()})

    def test_keeps_parameters(self, solution: Any, rng: np.random.Generator) -> None:
        """loss changes no parameter"""
        theirs, ours = net_pair(solution, rng, 4, [5, 4], 3, batchnorm=True, reg=0.1)
        x, t = rng.normal(size=(6, 4)), rng.integers(0, 3, size=6)
        assert_loss(theirs, ours, x, t)
        params = theirs.params
        for name, value in ours.params.items():
            assert_close(np.ravel(params[name]) if name[0] == "b" else params[name], value, f"{name} after loss(x, t)")

    @pytest.mark.parametrize("batchnorm", [False, True], ids=["plain", "batch norm"])
    def test_huge_scores(self, solution: Any, rng: np.random.Generator, batchnorm: bool) -> None:
        """the gradients stay finite where the scores are far from zero"""
        theirs, ours = net_pair(solution, rng, 4, [5], 3, batchnorm=batchnorm)
        share(theirs, ours, {"W1": np.abs(ours.params["W1"]), "b2": np.array([1e4, 0.0, -1e4])})
        x, t = rng.normal(size=(6, 4)), np.array([0, 1, 2, 2, 1, 0])
        for _ in range(2):
            grads, expected = loss_of(theirs, x, t)[1], ours.loss(x, t)[1]
            for name in ("W1", "W2", "b2"):
                assert_close(gradient_of(grads, name), expected[name], f"the gradient of {name}")
            # Now the rows of scores are far apart: the first sample switches all units on, the second all off.
            x = np.vstack([np.full((1, 4), 9.0), np.full((1, 4), -9.0), x[2:]])
            share(theirs, ours, {"W2": 1e4 * rng.uniform(1, 3, size=(5, 3)), "b2": np.zeros(3)})


class TestModes:
    def test_predict_untrained(self, solution: Any, rng: np.random.Generator) -> None:
        """before any training, predict normalises with mean 0 and variance 1"""
        theirs, ours = net_pair(solution, rng, 4, [5, 6], 3, batchnorm=True)
        x = 3 + 2 * rng.normal(size=(6, 4))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    @pytest.mark.parametrize("hidden", [[6], [5, 5]], ids=["one layer", "two layers"])
    def test_predict_trained(self, solution: Any, rng: np.random.Generator, hidden: list[int]) -> None:
        """after calls of loss, predict normalises with the running statistics"""
        theirs, ours = net_pair(solution, rng, 4, hidden, 3, batchnorm=True)
        x, t = 1 + 2 * rng.normal(size=(6, 4)), rng.integers(0, 3, size=6)
        for rows in (x, x[:2], x + rng.normal(size=4)):
            theirs.loss(rows, t[: len(rows)])
            ours.loss(rows, t[: len(rows)])
        for rows in (x, x[:1], x[2:]):
            assert_close(theirs.predict(rows), ours.predict(rows), "predict(x)")

    def test_predict_leaves_statistics(self, solution: Any, rng: np.random.Generator) -> None:
        """predict does not change what the next predict says"""
        theirs, ours = net_pair(solution, rng, 4, [5], 3, batchnorm=True)
        x, t = rng.normal(size=(6, 4)), rng.integers(0, 3, size=6)
        theirs.loss(x, t)
        ours.loss(x, t)
        for _ in range(3):
            theirs.predict(5 + 3 * rng.normal(size=(6, 4)))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    @pytest.mark.parametrize("batchnorm", [False, True], ids=["alone", "with batch norm"])
    def test_predict_without_dropout(self, solution: Any, rng: np.random.Generator, batchnorm: bool) -> None:
        """predict knows no dropout, with or without batch norm"""
        seeded = np.random.default_rng(int(rng.integers(1000)))
        theirs, ours = net_pair(solution, rng, 4, [6], 3, batchnorm=batchnorm, dropout=0.4, rng=seeded)
        x, t = 1 + rng.normal(size=(6, 4)), rng.integers(0, 3, size=6)
        for _ in range(2):
            assert_close(theirs.predict(x), ours.predict(x), "predict(x)")
            theirs.loss(x, t)
            ours.loss(x, t)

    @pytest.mark.parametrize("batchnorm", [False, True], ids=["alone", "with batch norm"])
    def test_dropout_values(self, solution: Any, rng: np.random.Generator, batchnorm: bool) -> None:
        """what dropout leaves is the output of ReLU, scaled"""
        seeded = np.random.default_rng(int(rng.integers(1000)))
        theirs, ours = net_pair(solution, rng, 3, [40], 9, batchnorm=batchnorm, dropout=0.4, rng=seeded)
        share(theirs, ours, {"W2": np.zeros((40, 9)), "b2": np.zeros(9)})
        x = rng.normal(size=(8, 3))
        whole, got = hidden_outputs(ours, x, 2) / 0.6, hidden_outputs(theirs, x, 2)
        assert_shape(got, whole.shape, "the output of the hidden layer")
        # All 320 activations dropped, or none: a chance of 1e-12 at most, as at least 60 of them are on.
        expect(bool(np.any(np.abs(got) > 1e-9)), "the hidden layer puts out nothing but zeros")
        assert_close(np.where(np.abs(got) < 1e-9, whole, got), whole, "an activation that dropout has left")

    @by_properties
    @pytest.mark.parametrize("p", [0.2, 0.7])
    @pytest.mark.parametrize("batchnorm", [False, True], ids=["alone", "with batch norm"])
    def test_dropout(self, solution: Any, rng: np.random.Generator, batchnorm: bool, p: float) -> None:
        """in training every activation is zeroed with the probability dropout, and else scaled by 1 / (1 - dropout)"""
        n, width = 8, 3000
        seeded = np.random.default_rng(int(rng.integers(1000)))
        theirs, ours = net_pair(solution, rng, 3, [width], n + 1, batchnorm=batchnorm, dropout=p, rng=seeded)
        x = rng.uniform(-1, 1, size=(n, 3))
        # With this shift every unit is on: |W1| < 7 for a chance of 1e-8, and a normalised value is below sqrt(n).
        shift = {"beta1": np.full(width, 24.0)} if batchnorm else {"b1": np.full(width, 24.0)}
        weights = {"W1": np.clip(ours.params["W1"], -6, 6), "W2": np.zeros((width, n + 1)), "b2": np.zeros(n + 1)}
        share(theirs, ours, {**weights, **shift})
        whole, got = hidden_outputs(ours, x, 2), hidden_outputs(theirs, x, 2)
        assert_shape(got, whole.shape, "the output of the hidden layer")
        ratio = got / whole
        zero = np.abs(ratio) < 1e-6
        share_zero, factor = float(zero.mean()), float(np.median(ratio[~zero])) if not zero.all() else 0.0
        mixed_units = float(np.mean(zero.any(axis=0) & ~zero.all(axis=0)))
        again = np.abs(hidden_outputs(theirs, x, 2) / whole) < 1e-6
        same = bool(np.array_equal(again, zero))
        note(solution, share=round(share_zero, 1), factor=round(factor, 2), mixed=round(mixed_units, 1), same=same)
        # Six standard errors: a right solution fails once in 5e8 runs.
        allowed = 6 * np.sqrt(p * (1 - p) / zero.size)
        expect(
            abs(share_zero - p) <= allowed,
            f"with dropout={p}, {share_zero:.1%} of the activations are zeroed in training",
        )
        expect(bool(np.all(zero | (np.abs(ratio - 1 / (1 - p)) < 1e-6))), f"survivors are scaled by {factor:.4g}")
        expected_mixed = 1 - p**n - (1 - p) ** n
        allowed = 6 * np.sqrt(expected_mixed * (1 - expected_mixed) / width)
        expect(
            abs(mixed_units - expected_mixed) <= allowed,
            f"{mixed_units:.1%} of the units are zeroed for some samples of the batch and not for others, "
            f"expected {expected_mixed:.1%}: draw a mask for each activation of each sample",
        )
        rows = np.mean(zero, axis=1)
        expect(bool(np.all((rows > 0) & (rows < 1))), "some sample lost all of its activations, or none")
        expect(not same, "two calls of loss draw the same mask")

    def test_dropout_first_layer(self, solution: Any, rng: np.random.Generator) -> None:
        """dropout follows every hidden layer, not the last one alone"""
        n, p, widths = 8, 0.5, [20, 300]
        seeded = np.random.default_rng(int(rng.integers(1000)))
        theirs, ours = net_pair(solution, rng, 3, widths, n + 1, dropout=p, rng=seeded)
        x = rng.uniform(-1, 1, size=(n, 3))
        start = {"b1": np.full(20, 24.0), "W2": rng.uniform(-1, 1, size=(20, 300)), "b2": np.full(300, 3e3)}
        share(theirs, ours, {**start, "W3": np.zeros((300, n + 1)), "b3": np.zeros(n + 1)})
        first = x @ ours.params["W1"] + ours.params["b1"]
        second = hidden_outputs(theirs, x, 3)
        assert_shape(second, (n, 300), "the output of the second hidden layer")
        for sample, whole in zip(second, first, strict=True):
            kept = np.abs(sample) > 1
            expect(bool(30 < kept.sum() < 270), f"{int(kept.sum())} of 300 activations of the second layer survive")
            solved = np.linalg.lstsq(start["W2"][:, kept].T, sample[kept] * (1 - p) - 3e3, rcond=None)[0]
            ratio = solved / whole
            wrong = (np.abs(ratio) > 1e-6) & (np.abs(ratio - 2) > 1e-6)
            expect(not wrong.any(), f"an activation of the first hidden layer is scaled by {ratio[wrong][:1]}")

    def test_no_dropout_by_default(self, solution: Any, rng: np.random.Generator) -> None:
        """without dropout and batch norm, training and evaluation agree"""
        theirs, ours = net_pair(solution, rng, 3, [5], 7)
        share(theirs, ours, {"W2": np.zeros((5, 7)), "b2": np.zeros(7)})
        x = rng.normal(size=(6, 3))
        assert_close(hidden_outputs(theirs, x, 2), hidden_outputs(ours, x, 2), "the output of the hidden layer in training")


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work"""
        theirs, ours = net_pair(solution, rng, 4, [6, 5], 3, batchnorm=True, reg=0.1)
        assert_loss(theirs, ours, layout(rng.normal(size=(6, 4))), layout(rng.integers(0, 3, size=6)))

    @pytest.mark.parametrize("name", ["W1", "W2"])
    def test_generator(self, solution: Any, name: str) -> None:
        """the weights are drawn from the generator that is given"""
        assert_honours_generator(lambda rng: solution.FullyConnectedNet(3, [4], 2, rng=rng).params[name], name)

    def test_default_generator(self, solution: Any) -> None:
        """without a generator, two networks get different weights"""
        first, second = (solution.FullyConnectedNet(3, [4], 2).params["W1"] for _ in range(2))
        assert_shape(first, (3, 4), "W1")
        expect(bool(np.any(first != second)), "two networks made without a generator have the same weights")

    def test_two_networks(self, solution: Any, rng: np.random.Generator) -> None:
        """two networks share neither parameters nor running statistics"""
        pairs = [net_pair(solution, rng, 4, [5], 3, batchnorm=True) for _ in range(2)]
        t = rng.integers(0, 3, size=6)
        for theirs, ours in pairs:
            x = 2 * rng.normal(size=(6, 4))
            theirs.loss(x, t)
            ours.loss(x, t)
        for theirs, ours in pairs:
            assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    @pytest.mark.parametrize("p", [1.0, -0.1])
    def test_wrong_dropout(self, solution: Any, p: float) -> None:
        """dropout outside [0, 1) raises ValueError"""
        good = solution.FullyConnectedNet(3, [4], 2, dropout=0.5, rng=np.random.default_rng(1))
        assert_shape(good.params["W1"], (3, 4), "W1")
        assert_rejects(lambda: solution.FullyConnectedNet(3, [4], 2, dropout=p), ("dropout", "p", "probability"), p)

    def test_wrong_width(self, solution: Any, rng: np.random.Generator) -> None:
        """x with the wrong number of features raises ValueError"""
        theirs, ours = net_pair(solution, rng, 4, [5], 3)
        x = rng.normal(size=(2, 4))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")
        assert_rejects(lambda: theirs.predict(rng.normal(size=(2, 7))), ("x", "input_size", "features", *SHAPE_WORDS), 7)
