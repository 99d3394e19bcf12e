"""Hidden tests of the kata sandwich."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import reference.sandwich as ours
from harness.testing import (
    LAYOUTS,
    SHAPE_WORDS,
    CheckFailed,
    Errors,
    Rejection,
    RemoteObject,
    Solution,
    Watched,
    assert_close,
    assert_dtype,
    assert_gradient,
    assert_shape,
    by_properties,
    expect,
    fetch,
    gradients,
    kept,
    note,
    put,
    watches_inputs,
)

Args = dict[str, Any]
LAYERS: dict[str, tuple[str, ...]] = {
    "affine": ("x", "w", "b"),
    "relu": ("x",),
    "affine_relu": ("x", "w", "b"),
    "affine_relu_dropout": ("x", "w", "b"),
    "affine_bn_relu": ("x", "w", "b", "gamma", "beta"),
}
# each layer in each of its modes; dropout in training is random and has checks of its own
CASES = [
    ("affine", ""),
    ("relu", ""),
    ("affine_relu", ""),
    ("affine_relu_dropout", "test"),
    ("affine_bn_relu", "train"),
    ("affine_bn_relu", "test"),
]
CASE_NAMES = [f"{layer} {mode}".strip() for layer, mode in CASES]
each_case = pytest.mark.parametrize(("layer", "mode"), CASES, ids=CASE_NAMES)


def make_arrays(rng: np.random.Generator, layer: str, n: int | None = None, d: int = 4, m: int = 3) -> Args:
    """Arguments of a layer, such that the input of its ReLU stays away from zero by more than 0.1, and is not all negative.

    A gradient check moves that input by less: 2e-3 for each input or weight, which are few and below 6. The deviation
    by which batch norm divides is large beside that.
    """
    if n is None:  # dropout needs enough that some of what ReLU lets through is left
        n = 20 if layer == "affine_relu_dropout" else 5
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
        open_in_either_mode = (a[:n] > 0).any() and (a[-n:] > 0).any()  # else all gradients are 0
        if np.abs(a).min() > 0.1 and open_in_either_mode:
            return arrays


def make_param(layer: str, mode: str, m: int = 3, rng: np.random.Generator | None = None) -> tuple[Args, ...]:
    """The last argument of a layer that has a mode, or nothing."""
    if layer == "affine_relu_dropout":
        return ({"p": 0.4, "mode": mode, "rng": rng if rng is not None else np.random.default_rng(1)},)
    if layer == "affine_bn_relu":
        statistics = {"running_mean": np.full(m, 0.5), "running_var": np.full(m, 2.0)}
        return ({"mode": mode, "eps": 1e-3, "momentum": 0.3, **statistics},)
    return ()


def forward(solution: Solution, layer: str, arrays: Args, param: tuple[Any, ...]) -> tuple[Any, RemoteObject]:
    """The output of the learner's forward function, and its cache, which stays over there."""
    if layer == "affine_bn_relu" and isinstance(param[0], dict):
        # kept over there, so that the solution can put new running statistics into it
        param = (put(solution, param[0]),)
    result = kept(getattr(solution, f"{layer}_forward"), 1)(*arrays.values(), *param)
    if not isinstance(result, list | tuple) or len(result) != 2:
        raise CheckFailed(f"{layer}_forward must return a pair: the output and the cache")
    return result[0], result[1]


def backward(solution: Solution, layer: str, d_out: Any, cache: RemoteObject) -> dict[str, Any]:
    """The gradients of the learner's backward function, by name."""
    names = [f"d_{name}" for name in LAYERS[layer]]
    return gradients(getattr(solution, f"{layer}_backward")(d_out, cache), names, f"{layer}_backward")


def both_ways(
    solution: Solution, layer: str, arrays: Args, param: tuple[Any, ...], d_out: np.ndarray
) -> tuple[Any, dict[str, Any]]:
    """The learner's output and gradients, straight after each other."""
    out, cache = forward(solution, layer, arrays, param)
    return out, backward(solution, layer, d_out, cache)


def expected_of(layer: str, arrays: Args, param: tuple[Args, ...], d_out: np.ndarray) -> tuple[np.ndarray, Args]:
    """The reference's output and gradients."""
    out, cache = getattr(ours, f"{layer}_forward")(*arrays.values(), *({**p} for p in param))
    result = getattr(ours, f"{layer}_backward")(d_out, cache)
    return out, gradients(result, [f"d_{name}" for name in LAYERS[layer]])


def reference_forward(arrays: Args, bn_param: Args) -> np.ndarray:
    """The output of the reference's sandwich with batch norm; in training it moves the statistics in `bn_param`."""
    batch_norm: Any = ours.affine_bn_relu_forward
    return np.asarray(batch_norm(*arrays.values(), bn_param)[0])


def output_shape(arrays: Args) -> tuple[int, ...]:
    """The shape of what a layer makes of these arguments."""
    return (len(arrays["x"]), arrays["w"].shape[1]) if "w" in arrays else arrays["x"].shape


def assert_gradients(got: Args, expected: Args, than: str = "", rtol: float | None = None) -> None:
    """Fail unless all gradients are the expected ones; `than` follows their names in messages."""
    expect(any(np.any(gradient) for gradient in expected.values()), "all gradients are 0")
    for name, gradient in expected.items():
        # batch norm removes a bias: what is left of its gradient is rounding, and anything below 1e-8 is correct
        cancels = name == "d_b" and "d_gamma" in expected
        assert_close(got[name], np.asarray(gradient), f"{name}{than}", 1e-5 if cancels else rtol)


class TestForward:
    @each_case
    def test_values(self, solution: Solution, rng: np.random.Generator, layer: str, mode: str) -> None:
        """forward gives the correct output"""
        for n, d, m in ((5, 4, 3), (2, 3, 3)):
            arrays = make_arrays(rng, layer, n, d, m)
            param = make_param(layer, mode, m)
            expected = expected_of(layer, arrays, param, np.zeros(output_shape(arrays)))[0]
            assert_close(forward(solution, layer, arrays, param)[0], expected, "the output")


class TestGradient:
    @each_case
    def test_own_forward(self, solution: Solution, rng: np.random.Generator, layer: str, mode: str) -> None:
        """backward is the derivative of your own forward, for every argument"""
        self._assert_own(solution, rng, layer, mode)

    def test_own_forward_dropout(self, solution: Solution, rng: np.random.Generator) -> None:
        """backward of dropout in training is the derivative for the mask that was drawn"""
        self._assert_own(solution, rng, "affine_relu_dropout", "train")

    @staticmethod
    def _assert_own(solution: Solution, rng: np.random.Generator, layer: str, mode: str) -> None:
        arrays = make_arrays(rng, layer)
        for name in arrays:

            def run(value: np.ndarray, name: str = name) -> tuple[Any, RemoteObject]:
                # the same generator state each time, hence the same mask
                param = make_param(layer, mode, rng=np.random.default_rng(3))
                return forward(solution, layer, {**arrays, name: value}, param)

            def gradient(d_out: np.ndarray, name: str = name) -> Any:
                return backward(solution, layer, d_out, run(arrays[name], name)[1])[f"d_{name}"]

            assert_gradient(lambda value: run(value)[0], arrays[name], gradient, rng, f"d_{name}", directions=2)

    @each_case
    def test_correct(self, solution: Solution, rng: np.random.Generator, layer: str, mode: str) -> None:
        """backward gives the correct gradients, in the order of the arguments"""
        for n, d, m in ((5, 3, 3), (6, 2, 4)):
            arrays = make_arrays(rng, layer, n, d, m)
            param, d_out = make_param(layer, mode, m), rng.normal(size=output_shape(arrays))
            cache = forward(solution, layer, arrays, param)[1]
            assert_gradients(backward(solution, layer, d_out, cache), expected_of(layer, arrays, param, d_out)[1])

    def test_zero(self, solution: Solution) -> None:
        """the derivative of ReLU is 0 at exactly 0"""
        x = np.array([[0.0, 1.0, -1.0, 0.0]])
        out, cache = forward(solution, "relu", {"x": x}, ())
        assert_close(out, np.array([[0.0, 1.0, 0.0, 0.0]]), "the output")
        got = backward(solution, "relu", np.full((1, 4), 3.0), cache)
        assert_close(got["d_x"], np.array([[0.0, 3.0, 0.0, 0.0]]), "d_x")


class TestModes:
    @by_properties
    @pytest.mark.parametrize("p", [0.17, 0.68])
    def test_dropout(self, solution: Solution, rng: np.random.Generator, p: float) -> None:
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
        note(solution, share=round(share, 2), factor=round(factor, 2), mixed=round(mixed, 1), same=same)
        # Six standard errors: a correct solution fails once in 5e8 runs.
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

    def test_dropout_generator(self, solution: Solution, rng: np.random.Generator) -> None:
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

    def test_no_dropout(self, solution: Solution, rng: np.random.Generator) -> None:
        """p = 0 drops nothing in training"""
        arrays = make_arrays(rng, "affine_relu")
        param = ({"p": 0.0, "mode": "train", "rng": np.random.default_rng(1)},)
        d_out = rng.normal(size=output_shape(arrays))
        without, expected = both_ways(solution, "affine_relu", arrays, (), d_out)
        out, got = both_ways(solution, "affine_relu_dropout", arrays, param, d_out)
        assert_close(out, np.asarray(without), "the output, compared with affine_relu")
        assert_gradients(got, expected, ", compared with affine_relu")

    def test_running_statistics(self, solution: Solution, rng: np.random.Generator) -> None:
        """training puts new running statistics into bn_param"""
        arrays = make_arrays(rng, "affine_bn_relu", n=6)
        expected = {**make_param("affine_bn_relu", "train")[0]}
        param = put(solution, expected)
        for _ in range(3):
            forward(solution, "affine_bn_relu", arrays, (param,))
            reference_forward(arrays, expected)
            got = fetch(param)
            for name in ("running_mean", "running_var"):
                assert_close(got[name], expected[name], f'bn_param["{name}"] after training')
            arrays["x"] = arrays["x"][:-2] + rng.normal(size=4)

    def test_train_then_test(self, solution: Solution, rng: np.random.Generator) -> None:
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
    @pytest.mark.parametrize(
        ("layer", "mode"), [*CASES, ("affine_relu_dropout", "train")], ids=[*CASE_NAMES, "dropout train"]
    )
    def test_caches(self, solution: Solution, rng: np.random.Generator, layer: str, mode: str) -> None:
        """two caches do not disturb each other, and a cache can be used twice"""
        arrays, d_outs, expected = [], [], []
        for seed in range(2):
            arrays.append(make_arrays(rng, layer))
            d_outs.append(rng.normal(size=output_shape(arrays[-1])))
            param = make_param(layer, mode, rng=np.random.default_rng(seed))
            expected.append(both_ways(solution, layer, arrays[-1], param, d_outs[-1])[1])
        caches = [
            forward(solution, layer, arrays[seed], make_param(layer, mode, rng=np.random.default_rng(seed)))[1]
            for seed in range(2)
        ]
        for i in (0, 1, 0):
            got = backward(solution, layer, d_outs[i], caches[i])
            assert_gradients(got, expected[i], ", compared with a backward straight after its forward")

    def test_two_modes(self, solution: Solution, rng: np.random.Generator) -> None:
        """a cache knows the mode of its own forward, whatever came later"""
        arrays = make_arrays(rng, "affine_bn_relu")
        d_out = rng.normal(size=output_shape(arrays))
        for mode, other in (("train", "test"), ("test", "train")):
            expected = both_ways(solution, "affine_bn_relu", arrays, make_param("affine_bn_relu", mode), d_out)[1]
            _, cache = forward(solution, "affine_bn_relu", arrays, make_param("affine_bn_relu", mode))
            forward(solution, "affine_bn_relu", arrays, make_param("affine_bn_relu", other))
            got = backward(solution, "affine_bn_relu", d_out, cache)
            assert_gradients(got, expected, f" of a forward in {mode} mode, compared with one straight after it")

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given, those in bn_param included"""
        for layer, mode in [*CASES, ("affine_relu_dropout", "train")]:
            arrays, watched = make_arrays(rng, layer), Watched(solution)
            d_out = rng.normal(size=output_shape(arrays))
            param: tuple[Any, ...] = make_param(layer, mode)
            if layer == "affine_bn_relu":
                statistics = {f'bn_param["{name}"]': param[0][name] for name in ("running_mean", "running_var")}
                held = zip(("running_mean", "running_var"), watched.keep_all(statistics).values(), strict=True)
                param = (put(solution, {**param[0], **dict(held)}),)
            out, cache = forward(solution, layer, watched.keep_all(arrays), param)
            expect(bool(np.any(out)), "the output is 0 everywhere")
            watched.assert_unchanged(f"{layer}_forward")
            backward(solution, layer, watched.keep("d_out", d_out), cache)
            watched.assert_unchanged(f"{layer}_backward")


class TestLayouts:
    def test_layouts(self, solution: Solution, rng: np.random.Generator) -> None:
        """arrays in another layout give the same, forward and backward"""
        for name, layout in LAYOUTS.items():
            self._assert_same(solution, rng, layout, f" of {name} arrays, compared with ordinary ones", None)

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """float32 arrays work, forward and backward; ReLU keeps the dtype"""
        self._assert_same(solution, rng, lambda array: array.astype(np.float32), ", compared with float64", 1e-4)
        x = rng.normal(size=(3, 4)).astype(np.float32)
        out, got = both_ways(solution, "relu", {"x": x}, (), x)
        assert_dtype(out, np.float32, "the output of relu_forward")
        assert_dtype(got["d_x"], np.float32, "d_x of relu_backward")

    @staticmethod
    def _assert_same(
        solution: Solution,
        rng: np.random.Generator,
        change: Callable[[np.ndarray], np.ndarray],
        than: str,
        rtol: float | None,
    ) -> None:
        for layer, mode in CASES:
            arrays = make_arrays(rng, layer)
            changed = {name: change(array) for name, array in arrays.items()}
            if rtol:  # the same numbers in float64, so that only the arithmetic differs
                arrays = {name: array.astype(float) for name, array in changed.items()}
            d_out = change(rng.normal(size=output_shape(arrays)))
            expected_out, expected = both_ways(solution, layer, arrays, make_param(layer, mode), d_out.astype(float))
            out, got = both_ways(solution, layer, changed, make_param(layer, mode), d_out)
            assert_close(out, np.asarray(expected_out), f"the output of {layer}{than}", rtol)
            if rtol and layer == "affine_bn_relu" and mode == "train":
                del got["d_b"], expected["d_b"]  # nothing but rounding
            assert_gradients(got, expected, f" of {layer}{than}", rtol)


def dropped(solution: Solution, p: float, mode: Any) -> Any:
    """A call of the sandwich with dropout, in that mode."""
    param = {"p": p, "mode": mode, "rng": np.random.default_rng(1)}
    return kept(solution.affine_relu_dropout_forward, 1)(np.ones((5, 4)), np.ones((4, 3)), np.ones(3), param)


def normalised(solution: Solution, mode: Any) -> Any:
    """A call of the sandwich with batch norm, in that mode."""
    param = make_param("affine_bn_relu", mode)[0]
    arrays = np.arange(20.0).reshape(5, 4), np.ones((4, 3)), np.ones(3), np.ones(3), np.ones(3)
    return kept(solution.affine_bn_relu_forward, 1)(*arrays, param)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "affine_forward(x, w, b)",
            "`x` is not `(N, D)` for a `w` of shape `(D, M)`",
            lambda s, shape: kept(s.affine_forward, 1)(np.ones(shape), np.ones((4, 3)), np.ones(3)),
            ((5, 7), (5, 3), (4,), (5, 2, 2), (2, 5, 4)),
            ("x", "w", "features", *SHAPE_WORDS),
        ),
        Rejection(
            "affine_relu_dropout_forward(...)",
            "`p` is outside [0, 1), in either mode",
            lambda s, v: dropped(s, *v),
            ((1.0, "train"), (-0.1, "train"), (1.0, "test"), (-0.1, "test")),
            ("p", "dropout", "probability"),
            shown=lambda v: v[0],
        ),
        Rejection(
            "affine_relu_dropout_forward(...)",
            '`mode` is neither `"train"` nor `"test"`',
            lambda s, v: dropped(s, 0.5, v),
            ("eval", "Train"),
            "mode",
        ),
        Rejection(
            "affine_bn_relu_forward(...)",
            '`mode` is neither `"train"` nor `"test"`',
            normalised,
            ("eval", "Train"),
            "mode",
        ),
    )
