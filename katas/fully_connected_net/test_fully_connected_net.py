"""Hidden tests of the kata fully-connected-net."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    assert_normal,
    assert_shape,
    assign_params,
    by_properties,
    expect,
    fetch,
    gapped,
    kept,
    note,
    redrawn,
    replace,
    watches_inputs,
)
from reference.fully_connected_net import FullyConnectedNet

CONFIGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "penalty": {"reg": 0.7},
    "batch norm": {"batchnorm": True},
    "batch norm and penalty": {"batchnorm": True, "reg": 0.3},
}
CHANGES: dict[str, Callable[[RemoteObject, dict[str, np.ndarray]], None]] = {
    "in place": lambda net, values: assign_params(values, net),
    "entries": lambda net, values: assign_params({k: gapped(v) for k, v in values.items()}, net, change=replace),
    "the whole dict": lambda net, values: setattr(net, "params", values),
}


def make(
    made: Any,
    hidden: Sequence[int],
    n_in: int = 4,
    out: int = 3,
    dropout: float = 0.0,
    batchnorm: bool = False,
    reg: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Any:
    """A network: of the solution, or of the reference, whichever class `made` is."""
    return made(n_in, list(hidden), out, dropout, batchnorm, reg, 1e-2, rng)


def pair(
    solution: Solution, values: np.random.Generator, hidden: Sequence[int], **options: Any
) -> tuple[RemoteObject, FullyConnectedNet]:
    """The learner's network and the reference (never with dropout), with the same random parameters from `values`."""
    theirs = make(solution.FullyConnectedNet, hidden, **options)
    ours: FullyConnectedNet = make(FullyConnectedNet, hidden, **{**options, "dropout": 0.0, "rng": None})
    assign_params(redrawn(values, ours.params), theirs, ours)
    return theirs, ours


def batch(rng: np.random.Generator, n: int = 6, n_in: int = 4, out: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Random samples and their classes."""
    return rng.normal(size=(n, n_in)), rng.integers(0, out, size=n)


def loss_of(net: Any, x: np.ndarray, t: np.ndarray) -> tuple[Any, dict[str, Any]]:
    """What `loss` returned: the value and the gradients."""
    result = net.loss(x, t)
    expect(isinstance(result, list | tuple) and len(result) == 2, "loss(x, t) must return a pair: the loss and a dict")
    value, grads = result
    expect(isinstance(grads, dict), "the second value of loss(x, t) must be a dict of gradients")
    return value, grads


def gradient_of(grads: dict[str, Any], name: str) -> Any:
    """One entry of a dict of gradients."""
    expect(name in grads, f"loss(x, t) returned no gradient for {name}")
    return grads[name]


def assert_loss(
    got: tuple[Any, dict[str, Any]], expected: tuple[Any, dict[str, Any]], than: str = "", rtol: float | None = None
) -> None:
    """Fail unless the loss and all gradients are these; `than` follows their names in messages."""
    assert_close(got[0], np.asarray(expected[0]), f"the loss{than}", rtol)
    assert_keys(got[1], expected[1], "the gradients")
    for name, gradient in expected[1].items():
        # batch norm removes a bias: what is left of its gradient is rounding, and anything below 1e-8 is correct
        cancels = name[0] == "b" and f"gamma{name[1:]}" in expected[1]
        assert_close(got[1][name], np.asarray(gradient), f"the gradient of {name}{than}", 1e-5 if cancels else rtol)


def away_from_kinks(rng: np.random.Generator, net: FullyConnectedNet, x: np.ndarray) -> dict[str, np.ndarray]:
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
        "hidden", [[5], [1], [4, 6], [5, 3, 4], []], ids=["one layer", "one unit", "two layers", "three layers", "none"]
    )
    def test_predict(self, solution: Solution, rng: np.random.Generator, hidden: list[int]) -> None:
        """predict gives the scores of affine, ReLU, ..., affine"""
        theirs, ours = pair(solution, rng, hidden)
        x = rng.normal(size=(6, 4))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    @pytest.mark.parametrize("config", list(CONFIGS))
    def test_loss(self, solution: Solution, rng: np.random.Generator, config: str) -> None:
        """loss gives the mean cross-entropy, with 0.5 * reg * sum(W * W) for every weight matrix"""
        theirs, ours = pair(solution, rng, [6, 5], **CONFIGS[config])
        for n in (7, 2):
            x, t = batch(rng, n)
            assert_close(loss_of(theirs, x, t)[0], ours.loss(x, t)[0], "the loss")

    @by_properties
    @pytest.mark.parametrize("batchnorm", [False, True], ids=["plain", "batch norm"])
    def test_parameters(self, solution: Solution, batchnorm: bool) -> None:
        """params has W and b for each layer, with batch norm gamma and beta for each hidden one: b, beta 0, gamma 1"""
        params = make(solution.FullyConnectedNet, [6, 5], batchnorm=batchnorm).params
        ours = make(FullyConnectedNet, [6, 5], batchnorm=batchnorm)
        assert_keys(params, params, "params")
        starts = {name: (float(np.min(value)), float(np.max(value))) for name, value in params.items() if name[0] != "W"}
        note(solution, **{name: low if low == high else "random" for name, (low, high) in sorted(starts.items())})
        assert_keys(params, ours.params, "params")
        for name, value in ours.params.items():
            if name[0] == "W":
                assert_shape(params[name], value.shape, name)
            else:
                assert_close(params[name], value, f"{name} at the start")

    @by_properties
    @pytest.mark.parametrize(("name", "shape"), [("W1", (200, 150)), ("W2", (150, 140)), ("W3", (140, 150))])
    def test_weights_at_start(self, solution: Solution, rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> None:
        """{name} starts as N(0, weight_scale squared)"""
        params = solution.FullyConnectedNet(200, [150, 140], 150, weight_scale=0.3, rng=rng).params
        assert_shape(params[name], shape, name)
        assert_normal(solution, params[name], 0.3, name)

    @by_properties
    def test_default_scale(self, solution: Solution, rng: np.random.Generator) -> None:
        """weight_scale is 0.01 by default"""
        params = solution.FullyConnectedNet(200, [150], 3, rng=rng).params
        assert_shape(params["W1"], (200, 150), "W1")
        assert_normal(solution, params["W1"], 0.01, "W1")

    @pytest.mark.parametrize("change", list(CHANGES))
    def test_changed_parameters(self, solution: Solution, rng: np.random.Generator, change: str) -> None:
        """predict and loss read parameters that were changed or replaced after an earlier call"""
        x, t = batch(rng)
        options: dict[str, Any] = {"hidden": [5, 4], "batchnorm": True, "reg": 0.3}
        evaluated, ours = pair(solution, rng, **options)
        trained, fresh = (make(solution.FullyConnectedNet, **options) for _ in range(2))
        assign_params(ours.params, trained)
        before = evaluated.predict(x)
        loss_of(trained, x, t)
        values = redrawn(rng, ours.params)
        for net in (evaluated, trained):
            CHANGES[change](net, values)
        assign_params(values, fresh)
        after = evaluated.predict(x)
        expect(not np.array_equal(after, before), "predict gives the same after the parameters have changed")
        assert_close(after, np.asarray(fresh.predict(x)), "predict(x), compared with a new network")
        assert_loss(loss_of(trained, x, t), loss_of(fresh, x, t), ", compared with a new network")


class TestGradient:
    @pytest.mark.parametrize("together", [False, True], ids=["one at a time", "all at once"])
    @pytest.mark.parametrize("config", list(CONFIGS))
    def test_own_loss(self, solution: Solution, rng: np.random.Generator, config: str, together: bool) -> None:
        """the gradients are the derivative of your own loss"""
        theirs, ours = pair(solution, rng, [4, 3], n_in=3, **CONFIGS[config])
        x, t = 0.5 * rng.normal(size=(5, 3)), rng.integers(0, 3, size=5)
        start = away_from_kinks(rng, ours, x)
        now: dict[str, np.ndarray] = {}

        def at(values: dict[str, np.ndarray]) -> tuple[Any, dict[str, Any]]:
            assign_params({name: value for name, value in values.items() if now.get(name) is not value}, theirs)
            now.update(values)
            return loss_of(theirs, x, t)

        for names in [()] if together else [(name,) for name in start]:
            directions = 5 if together else 1
            assert_network_gradients(lambda values: at(values)[0], lambda _: at(start)[1], start, rng, names, directions)

    @pytest.mark.parametrize("batchnorm", [False, True], ids=["alone", "with batch norm"])
    def test_own_loss_dropout(self, solution: Solution, rng: np.random.Generator, batchnorm: bool) -> None:
        """with dropout, the gradients are the derivative of the loss for the masks that were drawn"""
        seed = int(rng.integers(1000))
        options: dict[str, Any] = {"n_in": 3, "dropout": 0.25, "batchnorm": batchnorm, "reg": 0.2}
        x, t = 0.5 * rng.normal(size=(5, 3)), rng.integers(0, 3, size=5)
        start = away_from_kinks(rng, make(FullyConnectedNet, [4], n_in=3, batchnorm=batchnorm), x)

        def at(values: dict[str, np.ndarray]) -> tuple[Any, dict[str, Any]]:
            # a new network with the same seed draws the same masks
            net = make(solution.FullyConnectedNet, [4], rng=np.random.default_rng(seed), **options)
            assign_params(values, net)
            return loss_of(net, x, t)

        assert_network_gradients(lambda values: at(values)[0], lambda _: at(start)[1], start, rng, directions=5)

    @pytest.mark.parametrize("config", list(CONFIGS))
    def test_correct(self, solution: Solution, rng: np.random.Generator, config: str) -> None:
        """loss gives the correct gradient for every parameter"""
        theirs, ours = pair(solution, rng, [5, 4, 6], **CONFIGS[config])
        x, t = batch(rng)
        assert_loss(loss_of(theirs, x, t), ours.loss(x, t))

    @pytest.mark.parametrize("hidden", [[4, 4], [], [1]], ids=["equal widths", "no hidden layer", "one unit"])
    def test_sizes(self, solution: Solution, rng: np.random.Generator, hidden: list[int]) -> None:
        """the gradients are correct for other numbers and widths of layers"""
        theirs, ours = pair(solution, rng, hidden, out=4, batchnorm=True, reg=0.1)
        x, t = batch(rng, 4, out=4)
        assert_loss(loss_of(theirs, x, t), ours.loss(x, t))

    def test_stands_alone(self, solution: Solution, rng: np.random.Generator) -> None:
        """each loss stands alone: nothing is left over from other batches and parameters"""
        options: dict[str, Any] = {"hidden": [5, 4], "batchnorm": True, "reg": 0.1}
        theirs, ours = pair(solution, rng, **options)
        for n in (6, 6, 2, 5):
            (x, t), values = batch(rng, n), redrawn(rng, ours.params)
            fresh = make(solution.FullyConnectedNet, **options)
            for net in (theirs, fresh):
                assign_params(values, net)
            theirs.predict(rng.normal(size=(n, 4)))
            assert_loss(loss_of(theirs, x, t), loss_of(fresh, x, t), ", compared with a new network")

    @pytest.mark.parametrize("batchnorm", [False, True], ids=["plain", "batch norm"])
    def test_huge_scores(self, solution: Solution, rng: np.random.Generator, batchnorm: bool) -> None:
        """the gradients stay finite where the scores are far from zero"""
        theirs, ours = pair(solution, rng, [5], batchnorm=batchnorm)
        assign_params({"W1": np.abs(ours.params["W1"]), "b2": np.array([1e4, 0.0, -1e4])}, theirs, ours)
        x, t = rng.normal(size=(6, 4)), np.array([0, 1, 2, 2, 1, 0])
        for _ in range(2):
            grads, expected = loss_of(theirs, x, t)[1], ours.loss(x, t)[1]
            for name in ("W1", "W2", "b2"):
                assert_close(gradient_of(grads, name), expected[name], f"the gradient of {name}")
            # now the rows of scores are far apart: the first sample switches all units on, the second all off
            x = np.vstack([np.full((1, 4), 9.0), np.full((1, 4), -9.0), x[2:]])
            assign_params({"W2": 1e4 * rng.uniform(1, 3, size=(5, 3)), "b2": np.zeros(3)}, theirs, ours)


class TestModes:
    def test_predict_untrained(self, solution: Solution, rng: np.random.Generator) -> None:
        """before any training, predict normalises with mean 0 and variance 1"""
        theirs, ours = pair(solution, rng, [5, 6], batchnorm=True)
        x = 3 + 2 * rng.normal(size=(6, 4))
        assert_close(theirs.predict(x), ours.predict(x), "predict(x)")

    @pytest.mark.parametrize("hidden", [[6], [5, 5]], ids=["one layer", "two layers"])
    def test_predict_trained(self, solution: Solution, rng: np.random.Generator, hidden: list[int]) -> None:
        """after calls of loss, predict normalises with the running statistics"""
        theirs, ours = pair(solution, rng, hidden, batchnorm=True)
        x, t = 1 + 2 * rng.normal(size=(6, 4)), rng.integers(0, 3, size=6)
        for rows in (x, x[:2], x + rng.normal(size=4)):
            theirs.loss(rows, t[: len(rows)])
            ours.loss(rows, t[: len(rows)])
        for rows in (x, x[:1], x[2:]):
            assert_close(theirs.predict(rows), ours.predict(rows), "predict(x)")

    def test_predict_leaves_statistics(self, solution: Solution, rng: np.random.Generator) -> None:
        """predict does not change what the next predict gives"""
        theirs, _ = pair(solution, rng, [5], batchnorm=True)
        x, t = batch(rng)
        theirs.loss(x, t)
        before = theirs.predict(x)
        expect(bool(np.any(before)), "predict(x) is 0 everywhere")
        for _ in range(3):
            theirs.predict(5 + 3 * rng.normal(size=(6, 4)))
        assert_close(theirs.predict(x), np.asarray(before), "predict(x), compared with before")

    @pytest.mark.parametrize("batchnorm", [False, True], ids=["alone", "with batch norm"])
    def test_predict_without_dropout(self, solution: Solution, rng: np.random.Generator, batchnorm: bool) -> None:
        """predict knows no dropout, with or without batch norm"""
        seeded = np.random.default_rng(int(rng.integers(1000)))
        theirs, ours = pair(solution, rng, [6], batchnorm=batchnorm, dropout=0.4, rng=seeded)
        x, t = 1 + rng.normal(size=(6, 4)), rng.integers(0, 3, size=6)
        for _ in range(2):
            assert_close(theirs.predict(x), ours.predict(x), "predict(x)")
            theirs.loss(x, t)
            ours.loss(x, t)

    @pytest.mark.parametrize("batchnorm", [False, True], ids=["alone", "with batch norm"])
    def test_dropout_values(self, solution: Solution, rng: np.random.Generator, batchnorm: bool) -> None:
        """what dropout leaves is the output of ReLU, scaled"""
        seeded = np.random.default_rng(int(rng.integers(1000)))
        theirs, ours = pair(solution, rng, [40], n_in=3, out=9, batchnorm=batchnorm, dropout=0.4, rng=seeded)
        assign_params({"W2": np.zeros((40, 9)), "b2": np.zeros(9)}, theirs, ours)
        x = rng.normal(size=(8, 3))
        whole, got = hidden_outputs(ours, x, 2) / 0.6, hidden_outputs(theirs, x, 2)
        assert_shape(got, whole.shape, "the output of the hidden layer")
        # All 320 activations dropped, or none: a chance of 1e-12 at most, as at least 60 of them are on.
        expect(bool(np.any(np.abs(got) > 1e-9)), "the hidden layer puts out nothing but zeros")
        assert_close(np.where(np.abs(got) < 1e-9, whole, got), whole, "an activation that dropout has left")

    @by_properties
    @pytest.mark.parametrize("p", [0.17, 0.68])
    @pytest.mark.parametrize("batchnorm", [False, True], ids=["alone", "with batch norm"])
    def test_dropout(self, solution: Solution, rng: np.random.Generator, batchnorm: bool, p: float) -> None:
        """in training every activation is zeroed with the probability dropout, and else scaled by 1 / (1 - dropout)"""
        n, width = 8, 3000
        seeded = np.random.default_rng(int(rng.integers(1000)))
        theirs, ours = pair(solution, rng, [width], n_in=3, out=n + 1, batchnorm=batchnorm, dropout=p, rng=seeded)
        x = rng.uniform(-1, 1, size=(n, 3))
        # With this shift every unit is on: |W1| < 7 for a chance of 1e-8, and a normalised value is below sqrt(n).
        shift = {"beta1": np.full(width, 24.0)} if batchnorm else {"b1": np.full(width, 24.0)}
        weights = {"W1": np.clip(ours.params["W1"], -6, 6), "W2": np.zeros((width, n + 1)), "b2": np.zeros(n + 1)}
        assign_params({**weights, **shift}, theirs, ours)
        whole, got = hidden_outputs(ours, x, 2), hidden_outputs(theirs, x, 2)
        assert_shape(got, whole.shape, "the output of the hidden layer")
        ratio = got / whole
        zero = np.abs(ratio) < 1e-6
        share_zero, factor = float(zero.mean()), float(np.median(ratio[~zero])) if not zero.all() else 0.0
        mixed_units = float(np.mean(zero.any(axis=0) & ~zero.all(axis=0)))
        again = np.abs(hidden_outputs(theirs, x, 2) / whole) < 1e-6
        same = bool(np.array_equal(again, zero))
        note(solution, share=round(share_zero, 2), factor=round(factor, 2), mixed=round(mixed_units, 1), same=same)
        # Six standard errors: a correct solution fails once in 5e8 runs.
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

    def test_dropout_first_layer(self, solution: Solution, rng: np.random.Generator) -> None:
        """dropout follows every hidden layer, not the last one alone"""
        n, p, widths = 8, 0.5, [20, 300]
        seeded = np.random.default_rng(int(rng.integers(1000)))
        theirs, ours = pair(solution, rng, widths, n_in=3, out=n + 1, dropout=p, rng=seeded)
        x = rng.uniform(-1, 1, size=(n, 3))
        start = {"b1": np.full(20, 24.0), "W2": rng.uniform(-1, 1, size=(20, 300)), "b2": np.full(300, 3e3)}
        assign_params({**start, "W3": np.zeros((300, n + 1)), "b3": np.zeros(n + 1)}, theirs, ours)
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

    def test_defaults(self, solution: Solution, rng: np.random.Generator) -> None:
        """by default there is no dropout, no batch norm and no penalty"""
        theirs, ours = solution.FullyConnectedNet(3, [5], 7), FullyConnectedNet(3, [5], 7)
        assign_params(redrawn(rng, ours.params), theirs, ours)
        x, t = batch(rng, n_in=3, out=7)
        assert_loss(loss_of(theirs, x, t), ours.loss(x, t))


class TestRobustness:
    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        theirs, _ = pair(solution, rng, [6, 5], batchnorm=True, dropout=0.3, rng=np.random.default_rng(3))
        watched = Watched(solution)
        x, t = watched.keep("x", rng.normal(size=(6, 4))), watched.keep("t", rng.integers(1, 3, size=6))
        expect(bool(np.any(theirs.predict(x))), "predict(x) is 0 everywhere")
        watched.assert_unchanged("predict")
        theirs.loss(x, t)
        watched.assert_unchanged("loss")

    def test_keeps_parameters(self, solution: Solution, rng: np.random.Generator) -> None:
        """loss changes no parameter"""
        theirs, ours = pair(solution, rng, [5, 4], batchnorm=True, reg=0.1)
        expect(bool(loss_of(theirs, *batch(rng))[0]), "the loss is 0")
        params = theirs.params
        for name, value in ours.params.items():
            assert_close(params[name], value, f"{name} after loss(x, t)", rtol=0.0)

    def test_keeps_results(self, solution: Solution, rng: np.random.Generator) -> None:
        """another call leaves the gradients that an earlier one returned as they are"""
        theirs, _ = pair(solution, rng, [5], reg=0.1)
        value, grads = kept(theirs.loss, 1)(*batch(rng))
        before = fetch(grads)
        expect(bool(value) and isinstance(before, dict), "loss(x, t) must return a pair: the loss and a dict")
        loss_of(theirs, *batch(rng))
        assert_loss((value, fetch(grads)), (value, before), " of the first call, after the second")

    def test_small_labels(self, solution: Solution, rng: np.random.Generator) -> None:
        """labels may be uint8, in a large batch too"""
        theirs, _ = pair(solution, rng, [5])
        x, t = batch(rng, 200)
        assert_loss(loss_of(theirs, x, t.astype(np.uint8)), loss_of(theirs, x, t), ", compared with int64 labels")

    @by_properties
    @pytest.mark.parametrize("name", ["W1", "W2"])
    def test_generator(self, solution: Solution, name: str) -> None:
        """{name} is drawn from the generator that is given"""
        assert_honours_generator(solution, lambda rng: solution.FullyConnectedNet(3, [4], 2, rng=rng).params[name], name)

    @by_properties
    def test_default_generator(self, solution: Solution) -> None:
        """without a generator, two networks get different weights"""
        first, second = (np.asarray(solution.FullyConnectedNet(3, [4], 2).params["W1"]) for _ in range(2))
        expect(bool(np.any(first != second)), "two networks made without a generator have the same weights")

    def test_two_networks(self, solution: Solution, rng: np.random.Generator) -> None:
        """two networks share neither parameters nor running statistics"""
        first, _ = pair(solution, rng, [5], batchnorm=True)
        first.loss(*batch(rng))
        x = 2 * rng.normal(size=(6, 4))
        alone = first.predict(x)
        expect(bool(np.any(alone)), "predict(x) is 0 everywhere")
        second, _ = pair(solution, rng, [5], batchnorm=True)
        second.loss(*batch(rng))
        assert_close(first.predict(x), np.asarray(alone), "predict(x) of the first of two networks, compared with before")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """arrays in another layout give the same"""
        theirs, _ = pair(solution, rng, [6, 5], batchnorm=True, reg=0.1)
        x, t = batch(rng)
        expected = loss_of(theirs, x, t)
        assert_loss(loss_of(theirs, LAYOUTS[layout](x), LAYOUTS[layout](t)), expected, ", compared with ordinary arrays")

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """float32 input works"""
        theirs, _ = pair(solution, rng, [6, 5], reg=0.1)
        x, t = batch(rng)
        small = x.astype(np.float32)
        expected = loss_of(theirs, small.astype(float), t)
        assert_loss(loss_of(theirs, small, t), expected, ", compared with float64", rtol=1e-4)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "FullyConnectedNet(...)",
            "a size is below 1",
            lambda s, sizes: s.FullyConnectedNet(*sizes),
            ((0, [3], 2), (4, [3, 0], 2), (4, [3], 0), (4, [-1], 2)),
            ("input_size", "hidden_sizes", "output_size", "size"),
            shown=lambda sizes: min(sizes[0], *sizes[1], sizes[2]),
        ),
        Rejection(
            "FullyConnectedNet(...)",
            "`dropout` is outside [0, 1)",
            lambda s, v: s.FullyConnectedNet(3, [4], 2, v),
            (1.0, -0.1),
            ("dropout", "p", "probability"),
        ),
        Rejection(
            "FullyConnectedNet(...)", "`reg` is negative", lambda s, v: s.FullyConnectedNet(3, [4], 2, reg=v), (-0.1,), "reg"
        ),
        Rejection(
            "FullyConnectedNet(...)",
            "`weight_scale` is negative",
            lambda s, v: s.FullyConnectedNet(3, [4], 2, weight_scale=v),
            (-0.5,),
            "weight_scale",
        ),
        Rejection(
            "predict(x)",
            "`x` is not `(N, input_size)`",
            lambda s, shape: s.FullyConnectedNet(4, [5], 3).predict(np.ones(shape)),
            ((2, 7), (4,)),
            ("x", "input_size", "features", *SHAPE_WORDS),
        ),
        Rejection(
            "loss(x, t)",
            "`t` is not `(N,)`",
            lambda s, shape: s.FullyConnectedNet(4, [5], 3).loss(np.ones((6, 4)), np.ones(shape, dtype=int)),
            ((1,), (5,), (7,), (6, 3)),
            ("t", "targets", "labels"),
            shown=None,  # its shape or its values
        ),
        Rejection(
            "loss(x, t)",
            "`t` holds a label outside 0 .. output_size - 1",
            lambda s, label: s.FullyConnectedNet(4, [5], 3).loss(np.ones((2, 4)), np.array([0, label])),
            (-1, 3),
            ("t", "target", "label"),
        ),
    )
