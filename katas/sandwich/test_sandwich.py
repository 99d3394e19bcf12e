"""Hidden tests of the kata sandwich."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import reference.sandwich as ours
from harness.judge.testing import (
    SHAPE_WORDS,
    CheckFailed,
    assert_close,
    assert_gradient,
    assert_rejects,
    assert_shape,
    by_properties,
    expect,
    fetch,
    gapped,
    gradients,
    kept,
    note,
    put,
    read_only,
)

Args = dict[str, Any]
LAYERS: dict[str, tuple[str, ...]] = {
    "affine": ("x", "w", "b"),
    "relu": ("x",),
    "affine_relu": ("x", "w", "b"),
    "affine_relu_dropout": ("x", "w", "b"),
    "affine_bn_relu": ("x", "w", "b", "gamma", "beta"),
}
# Each layer in each of its modes; dropout in training is random and has checks of its own.
CASES = [
    ("affine", ""),
    ("relu", ""),
    ("affine_relu", ""),
    ("affine_relu_dropout", "test"),
    ("affine_bn_relu", "train"),
    ("affine_bn_relu", "test"),
]
CASE_NAMES = [f"{layer} {mode}".strip() for layer, mode in CASES]


def make_arrays(rng: np.random.Generator, layer: str, n: int = 5, d: int = 4, m: int = 3) -> Args:
    """Arguments of a layer, such that the input of its ReLU stays away from zero by more than 0.1.

    A gradient check moves that input by less: 2e-3 for each input or weight, which are few and below 6. The deviation
    by which batch norm divides is large beside that.
    """
    if layer == "relu":
        return {"x": rng.choice([-1.0, 1.0], size=(n, d)) * rng.uniform(0.1, 2, size=(n, d))}
    while True:
        arrays = {"x": 2 * rng.normal(size=(n, d)), "w": 2 * rng.normal(size=(d, m)), "b": rng.normal(size=m)}
        a = arrays["x"] @ arrays["w"] + arrays["b"]
        if layer == "affine":
            return arrays
        if layer == "affine_bn_relu":
            arrays |= {"gamma": rng.normal(size=m), "beta": rng.normal(size=m)}
            if a.std(axis=0).min() < 4:
                continue
            in_training = arrays["gamma"] * (a - a.mean(axis=0)) / a.std(axis=0) + arrays["beta"]
            a = np.concatenate([in_training, arrays["gamma"] * (a - 0.5) / np.sqrt(2) + arrays["beta"]])
        if np.abs(a).min() > 0.1:
            return arrays


def make_param(layer: str, mode: str, m: int = 3, rng: np.random.Generator | None = None) -> tuple[Args, ...]:
    """The last argument of a layer that has a mode, or nothing."""
    if layer == "affine_relu_dropout":
        return ({"p": 0.4, "mode": mode, "rng": rng if rng is not None else np.random.default_rng(1)},)
    if layer == "affine_bn_relu":
        statistics = {"running_mean": np.full(m, 0.5), "running_var": np.full(m, 2.0)}
        return ({"mode": mode, "eps": 1e-3, "momentum": 0.3, **statistics},)
    return ()


def forward(solution: Any, layer: str, arrays: Args, param: tuple[Any, ...]) -> tuple[Any, Any]:
    """The output of the learner's forward function, and its cache, which stays over there."""
    if layer == "affine_bn_relu" and isinstance(param[0], dict):
        # Kept over there, the running statistics may be replaced or changed in place, as the solution likes.
        param = (put(solution, param[0]),)
    result = kept(getattr(solution, f"{layer}_forward"), 1)(*arrays.values(), *param)
    if not isinstance(result, list | tuple) or len(result) != 2:
        raise CheckFailed(f"{layer}_forward must return a pair: the output and the cache")
    return result[0], result[1]


def backward(solution: Any, layer: str, d_out: np.ndarray, cache: Any) -> dict[str, Any]:
    """The gradients of the learner's backward function, by name."""
    names = tuple(f"d_{name}" for name in LAYERS[layer])
    result = getattr(solution, f"{layer}_backward")(d_out, cache)
    if layer == "relu":
        return {"d_x": result}
    return dict(zip(names, gradients(result, names, f"{layer}_backward"), strict=True))


def expected_of(layer: str, arrays: Args, param: tuple[Args, ...], d_out: np.ndarray) -> tuple[np.ndarray, Args]:
    """The reference's output and gradients."""
    out, cache = getattr(ours, f"{layer}_forward")(*arrays.values(), *({**p} for p in param))
    result = getattr(ours, f"{layer}_backward")(d_out, cache)
    names = [f"d_{name}" for name in LAYERS[layer]]
    return out, dict(zip(names, [result] if layer == "relu" else result, strict=True))


def reference_forward(arrays: Args, bn_param: Args) -> np.ndarray:
    """The output of the reference's sandwich with batch norm; in training it moves the statistics in `bn_param`."""
    batch_norm: Any = ours.affine_bn_relu_forward
    return np.asarray(batch_norm(*arrays.values(), bn_param)[0])


def output_shape(arrays: Args) -> tuple[int, ...]:
    """The shape of what a layer makes of these arguments."""
    return (len(arrays["x"]), arrays["w"].shape[1]) if "w" in arrays else arrays["x"].shape


def assert_gradients(got: Args, expected: Args) -> None:
    """Fail unless all gradients are the expected ones."""
    for name, gradient in expected.items():
        # Batch norm takes a bias away again: what is left of its gradient is rounding; any amount below 1e-8 is right.
        rtol = 1e-5 if name == "d_b" and "d_gamma" in expected else None
        assert_close(got[name], gradient, name, rtol)


def assert_layer(solution: Any, layer: str, mode: str, arrays: Args, rng: np.random.Generator) -> None:
    """Fail unless forward and backward give what the reference gives."""
    param, d_out = make_param(layer, mode), rng.normal(size=output_shape(arrays))
    expected_out, expected = expected_of(layer, arrays, param, d_out)
    out, cache = forward(solution, layer, arrays, param)
    assert_close(out, expected_out, "the output")
    assert_gradients(backward(solution, layer, d_out, cache), expected)


class TestForward:
    @pytest.mark.parametrize(("layer", "mode"), CASES, ids=CASE_NAMES)
    def test_values(self, solution: Any, rng: np.random.Generator, layer: str, mode: str) -> None:
        """forward gives the right output"""
        for n, d, m in ((5, 4, 3), (2, 3, 3)):
            arrays = make_arrays(rng, layer, n, d, m)
            param = make_param(layer, mode, m)
            expected = expected_of(layer, arrays, param, np.zeros(output_shape(arrays)))[0]
            assert_close(forward(solution, layer, arrays, param)[0], expected, "the output")


class TestGradient:
    @pytest.mark.parametrize(("layer", "mode"), CASES, ids=CASE_NAMES)
    def test_own_forward(self, solution: Any, rng: np.random.Generator, layer: str, mode: str) -> None:
        """backward is the derivative of your own forward, for every argument"""
        assert_own_gradients(solution, rng, layer, mode)

    def test_own_forward_dropout(self, solution: Any, rng: np.random.Generator) -> None:
        """backward of dropout in training is the derivative for the mask that was drawn"""
        assert_own_gradients(solution, rng, "affine_relu_dropout", "train")

    @pytest.mark.parametrize(("layer", "mode"), CASES, ids=CASE_NAMES)
    def test_reference(self, solution: Any, rng: np.random.Generator, layer: str, mode: str) -> None:
        """backward gives the right gradients, in the order of the arguments"""
        for n, d, m in ((5, 3, 3), (6, 2, 3)):
            arrays = make_arrays(rng, layer, n, d, m)
            param, d_out = make_param(layer, mode), rng.normal(size=output_shape(arrays))
            cache = forward(solution, layer, arrays, param)[1]
            assert_gradients(backward(solution, layer, d_out, cache), expected_of(layer, arrays, param, d_out)[1])

    def test_zero(self, solution: Any) -> None:
        """the derivative of ReLU is 0 at exactly 0"""
        x = np.array([[0.0, 1.0, -1.0, 0.0]])
        out, cache = forward(solution, "relu", {"x": x}, ())
        assert_close(out, np.array([[0.0, 1.0, 0.0, 0.0]]), "the output")
        assert_close(solution.relu_backward(np.full((1, 4), 3.0), cache), np.array([[0.0, 3.0, 0.0, 0.0]]), "d_x")


def assert_own_gradients(solution: Any, rng: np.random.Generator, layer: str, mode: str) -> None:
    """Fail unless every gradient is the derivative of the learner's own forward."""
    arrays = make_arrays(rng, layer)
    for name in arrays:

        def run(value: np.ndarray, name: str = name) -> tuple[Any, Any]:
            # The same generator state each time, hence the same mask.
            param = make_param(layer, mode, rng=np.random.default_rng(3))
            return forward(solution, layer, {**arrays, name: value}, param)

        def gradient(d_out: np.ndarray, name: str = name) -> Any:
            return backward(solution, layer, d_out, run(arrays[name], name)[1])[f"d_{name}"]

        assert_gradient(lambda value: run(value)[0], arrays[name], gradient, rng, f"d_{name}", directions=2)


class TestModes:
    @by_properties
    @pytest.mark.parametrize("p", [0.2, 0.7])
    def test_dropout(self, solution: Any, rng: np.random.Generator, p: float) -> None:
        """in training each activation is zeroed with the probability p, and else scaled by 1 / (1 - p)"""
        n, m = 8, 3000
        arrays = {"x": rng.uniform(-1, 1, size=(n, 3)), "w": rng.uniform(-1, 1, size=(3, m)), "b": np.full(m, 4.0)}
        whole = arrays["x"] @ arrays["w"] + arrays["b"]
        param = put(solution, {"p": p, "mode": "train", "rng": rng})
        masks = []
        for _ in range(2):
            out, cache = forward(solution, "affine_relu_dropout", arrays, (param,))
            assert_shape(out, (n, m), "the output")
            masks.append(out == 0)
            ratio = out / whole
            grads = backward(solution, "affine_relu_dropout", np.ones((n, m)), cache)
            assert_close(grads["d_b"], ratio.sum(axis=0), "d_b")
        zero, same = masks[1], bool(np.array_equal(*masks))
        share, mixed = float(zero.mean()), float(np.mean(zero.any(axis=0) & ~zero.all(axis=0)))
        factor = float(np.median(ratio[~zero])) if not zero.all() else 0.0
        note(solution, share=round(share, 1), factor=round(factor, 2), mixed=round(mixed, 1), same=same)
        # Six standard errors: a right solution fails once in 5e8 runs.
        allowed = 6 * np.sqrt(p * (1 - p) / zero.size)
        expect(abs(share - p) <= allowed, f"with p={p}, {share:.1%} of the activations are zeroed in training")
        expect(bool(np.all(zero | (np.abs(ratio - 1 / (1 - p)) < 1e-9))), f"survivors are scaled by {factor:.4g}")
        expected_mixed = 1 - p**n - (1 - p) ** n
        allowed = 6 * np.sqrt(expected_mixed * (1 - expected_mixed) / m)
        expect(
            abs(mixed - expected_mixed) <= allowed,
            f"{mixed:.1%} of the columns are zeroed for some samples and not for others, "
            f"expected {expected_mixed:.1%}: draw a mask for each activation of each sample",
        )
        expect(bool(np.all(zero.any(axis=1) & ~zero.all(axis=1))), "a sample lost all of its activations, or none")
        expect(not same, "two calls with the same dropout_param drop the same activations")

    def test_dropout_generator(self, solution: Any, rng: np.random.Generator) -> None:
        """dropout draws its mask from the generator in dropout_param"""
        arrays = make_arrays(rng, "affine_relu_dropout", n=8, m=20)
        outs = [
            forward(solution, "affine_relu_dropout", arrays, make_param("affine_relu_dropout", "train", rng=generator))[0]
            for generator in map(np.random.default_rng, (7, 7, 8))
        ]
        for out in outs:
            assert_shape(out, (8, 20), "the output")
        expect(bool(np.array_equal(outs[0], outs[1])), "two equal generators give different masks: draw from `rng` only")
        expect(not np.array_equal(outs[0], outs[2]), "different generators give the same mask: draw it from `rng`")

    def test_no_dropout(self, solution: Any, rng: np.random.Generator) -> None:
        """p = 0 drops nothing in training"""
        arrays = make_arrays(rng, "affine_relu")
        param = ({"p": 0.0, "mode": "train", "rng": np.random.default_rng(1)},)
        d_out = rng.normal(size=output_shape(arrays))
        expected_out, expected = expected_of("affine_relu", arrays, (), d_out)
        out, cache = forward(solution, "affine_relu_dropout", arrays, param)
        assert_close(out, expected_out, "the output")
        assert_gradients(backward(solution, "affine_relu_dropout", d_out, cache), expected)

    def test_running_statistics(self, solution: Any, rng: np.random.Generator) -> None:
        """training moves the running statistics in bn_param"""
        arrays = make_arrays(rng, "affine_bn_relu", n=6)
        expected = make_param("affine_bn_relu", "train")[0]
        param = put(solution, expected)
        expected = {**expected}
        for _ in range(3):
            forward(solution, "affine_bn_relu", arrays, (param,))
            reference_forward(arrays, expected)
            got = fetch(param)
            for name in ("running_mean", "running_var"):
                assert_close(got[name], expected[name], f'bn_param["{name}"] after training')
            arrays["x"] = arrays["x"][:-2] + rng.normal(size=4)

    def test_train_then_test(self, solution: Any, rng: np.random.Generator) -> None:
        """test mode normalises with what training has stored, and leaves it as it is"""
        expected = make_param("affine_bn_relu", "train")[0]
        theirs = put(solution, expected)
        expected = {**expected}
        arrays = make_arrays(rng, "affine_bn_relu", n=6)
        for _ in range(2):
            forward(solution, "affine_bn_relu", arrays, (theirs,))
            reference_forward(arrays, expected)
        expected["mode"] = "test"
        in_test = put(solution, {**fetch(theirs), "mode": "test"})
        for n in (6, 1, 3):
            batch = {**arrays, "x": 2 * rng.normal(size=(n, 4))}
            out = forward(solution, "affine_bn_relu", batch, (in_test,))[0]
            assert_close(out, reference_forward(batch, expected), "the output in test mode")
        got = fetch(in_test)
        for name in ("running_mean", "running_var"):
            assert_close(got[name], expected[name], f'bn_param["{name}"] after test mode')


class TestRobustness:
    @pytest.mark.parametrize(("layer", "mode"), CASES, ids=CASE_NAMES)
    def test_caches(self, solution: Any, rng: np.random.Generator, layer: str, mode: str) -> None:
        """two caches do not disturb each other, and a cache can be used twice"""
        cases = []
        for _ in range(2):
            arrays = make_arrays(rng, layer)
            param, d_out = make_param(layer, mode), rng.normal(size=output_shape(arrays))
            cache = forward(solution, layer, arrays, param)[1]
            cases.append((d_out, cache, expected_of(layer, arrays, param, d_out)[1]))
        for d_out, cache, expected in (*cases, cases[0]):
            assert_gradients(backward(solution, layer, d_out, cache), expected)

    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work, forward and backward"""
        for layer, mode in CASES:
            arrays = {name: layout(value) for name, value in make_arrays(rng, layer).items()}
            assert_layer(solution, layer, mode, arrays, rng)

    @pytest.mark.parametrize("p", [1.0, -0.1])
    def test_wrong_p(self, solution: Any, rng: np.random.Generator, p: float) -> None:
        """p outside [0, 1) raises ValueError"""
        arrays = make_arrays(rng, "affine_relu_dropout")
        assert_layer(solution, "affine_relu_dropout", "test", arrays, rng)
        param = {"p": p, "mode": "train", "rng": np.random.default_rng(1)}
        assert_rejects(
            lambda: forward(solution, "affine_relu_dropout", arrays, (param,)), ("p", "dropout", "probability"), p
        )

    @pytest.mark.parametrize("layer", ["affine", "affine_relu"])
    def test_wrong_width(self, solution: Any, rng: np.random.Generator, layer: str) -> None:
        """x with the wrong number of features raises ValueError"""
        arrays = make_arrays(rng, layer)
        assert_layer(solution, layer, "", arrays, rng)
        arrays["x"] = rng.normal(size=(5, 7))
        assert_rejects(lambda: forward(solution, layer, arrays, ()), ("x", "w", "features", *SHAPE_WORDS), 7)
