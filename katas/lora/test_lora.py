"""Hidden tests of the kata lora."""

from __future__ import annotations

import numpy as np

from harness.testing import (
    Case,
    Errors,
    Forward,
    Gradient,
    Layer,
    Layouts,
    Rejection,
    Robustness,
    Solution,
    StartsAt,
    StartsNormal,
    assert_close,
    assert_no_warnings,
    expect,
    fetch,
    put,
)
from reference.lora import LoRALinear

FROZEN = np.random.default_rng(20).normal(size=(6, 4))
SQUARE = np.random.default_rng(21).normal(size=(5, 5))
BIAS = np.random.default_rng(22).normal(size=4)

LORA = Layer(
    LoRALinear,
    "x @ weight + bias + (alpha / rank) * x @ lora_a @ lora_b",
    parameters=("lora_a", "lora_b"),
    cases={
        "bias": Case(FROZEN, BIAS, 3, 5.0, x=(5, 6)),
        "no bias": Case(FROZEN, None, 2, 7.0, x=(3, 6)),
        "square": Case(SQUARE, None, 5, 2.0, x=(4, 5)),
        "rank 1": Case(FROZEN, BIAS, 1, 0.5, x=(2, 6)),
        "one vector": Case(FROZEN, BIAS, 3, 5.0, x=(6,)),
        "two leading axes": Case(FROZEN, BIAS, 2, 5.0, x=(2, 3, 6)),
        "default rank and alpha": Case(FROZEN, BIAS, x=(3, 6)),
    },
    own=("bias", "two leading axes"),
    correct=("bias", "square", "one vector", "two leading axes", "default rank and alpha"),
    starts={"lora_a": StartsNormal(np.sqrt(1 / 400), "N(0, 1 / in_features)"), "lora_b": StartsAt(0)},
    start=(np.ones((400, 3)), None, 60, 10.0),
)


class TestForward(Forward, layer=LORA):
    def test_before_training(self, solution: Solution, rng: np.random.Generator) -> None:
        """a new layer gives what the frozen one gives"""
        layer, x = solution.LoRALinear(FROZEN, BIAS, 3, 5.0, rng=rng), rng.normal(size=(5, 6))
        assert_close(layer.forward(x), x @ FROZEN + BIAS, "forward(x) of a new layer")

    def test_merge(self, solution: Solution, rng: np.random.Generator) -> None:
        """merge gives weight + (alpha / rank) * lora_a @ lora_b"""
        for case in ("bias", "square"):
            theirs, ours = LORA.pair(solution, rng, *LORA.cases[case].arguments)
            assert_close(theirs.merge(), ours.merge(), "merge()")

    def test_merge_is_forward(self, solution: Solution, rng: np.random.Generator) -> None:
        """x @ merge() + bias is what your own forward gives"""
        run, _ = LORA.runs(solution, rng)
        out = run.forward()
        expect(bool(np.any(out)), "forward gives 0 everywhere")
        assert_close(run.inputs["x"] @ np.asarray(run.target.merge()) + BIAS, out, "x @ merge() + bias")


class TestGradient(Gradient, layer=LORA):
    def test_before_training(self, solution: Solution, rng: np.random.Generator) -> None:
        """of a new layer d_lora_a is 0 and d_lora_b is not"""
        theirs = solution.LoRALinear(FROZEN, BIAS, 3, 5.0, rng=rng)
        x, d_out = rng.normal(size=(5, 6)), rng.normal(size=(5, 4))
        theirs.forward(x)
        _, d_lora_a, d_lora_b = theirs.backward(d_out)
        assert_close(d_lora_a, np.zeros((6, 3)), "d_lora_a of a new layer")
        expected = 5 / 3 * (x @ np.asarray(theirs.lora_a)).T @ d_out
        assert_close(d_lora_b, expected, "d_lora_b of a new layer")


class TestRobustness(Robustness, layer=LORA):
    def test_frozen(self, solution: Solution, rng: np.random.Generator) -> None:
        """no method changes the frozen weight or bias"""
        weight, bias = put(solution, FROZEN), put(solution, BIAS)
        layer = solution.LoRALinear(weight, bias, 3, 5.0, rng=rng)
        layer.lora_b = rng.normal(size=(3, 4))
        for call in ("forward", "backward", "merge"):
            if call == "merge":
                layer.merge()
            else:
                getattr(layer, call)(rng.normal(size=(5, 6 if call == "forward" else 4)))
            assert_close(fetch(weight), FROZEN, f"the weight that was given, after {call}")
            assert_close(fetch(bias), BIAS, f"the bias that was given, after {call}")
            assert_close(layer.weight, FROZEN, f"layer.weight after {call}")
            assert_close(layer.bias, BIAS, f"layer.bias after {call}")

    def test_merge_twice(self, solution: Solution, rng: np.random.Generator) -> None:
        """merging changes nothing: a second merge and a later forward give the same"""
        run, _ = LORA.runs(solution, rng)
        out, first = run.forward(), np.array(run.target.merge())
        expect(not np.allclose(first, FROZEN), "merge() gives the frozen weight alone")
        assert_close(run.target.merge(), first, "merge() for the second time")
        assert_close(run.forward(), out, "forward(x) after merging")

    def test_update_after_merge(self, solution: Solution, rng: np.random.Generator) -> None:
        """merge reads lora_a and lora_b as they are now"""
        theirs, ours = LORA.pair(solution, rng, *LORA.plain.arguments)
        theirs.merge()
        LORA.assign((theirs, ours), LORA.values(rng, *LORA.plain.arguments))
        assert_close(theirs.merge(), ours.merge(), "merge() after new factors were assigned")
        assert_no_warnings(solution)


class TestLayouts(Layouts, layer=LORA): ...


class TestErrors(Errors):
    rejections = (
        Rejection("LoRALinear(...)", "`rank` is below 1", lambda s, rank: s.LoRALinear(FROZEN, rank=rank), (0, -2), "rank"),
    )
