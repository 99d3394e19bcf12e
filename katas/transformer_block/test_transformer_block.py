"""Hidden tests of the kata transformer-block.

Parameters are redrawn at a scale of 0.5 before anything is checked: as they start, the weights of queries and keys hold
some 1e-4 of the gradient's norm, and no direction would notice them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.testing import (
    Case,
    Errors,
    Forward,
    Gradient,
    Layer,
    Layouts,
    Rejection,
    Robustness,
    Run,
    Solution,
    StartsAt,
    StartsNormal,
    assert_close,
    assert_network_gradients,
    assert_no_warnings,
    assert_shape,
    expect,
)
from reference.transformer_block import TransformerBlock

WEIGHTS = ("w_q", "w_k", "w_v", "w_o", "w1", "w2")
NAMES = ("gamma1", "beta1", *WEIGHTS[:4], "gamma2", "beta2", "w1", "b1", "w2", "b2")


def half(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Normal numbers of standard deviation 0.5."""
    return 0.5 * rng.normal(size=shape)


def causal(rng: np.random.Generator) -> np.ndarray:
    return np.tri(4, dtype=bool)


def an_empty_row(rng: np.random.Generator) -> np.ndarray:
    """A mask for each token of two sequences of 4, two of whose rows hold no True."""
    mask = rng.random((2, 4, 4)) < 0.5
    mask[..., 0], mask[..., 2], mask[..., 3] = True, True, False
    mask[0, 1] = mask[1, 2] = False
    return mask


BLOCK = Layer(
    TransformerBlock,
    "y + mlp(norm2(y)) with y = x + attention(norm1(x))",
    holder="params",
    # embed_dim, num_heads, hidden_dim
    cases={
        "plain": Case(6, 3, 10, x=(2, 4, 6)),
        "causal": Case(6, 3, 10, x=(2, 4, 6), mask=causal),
        "empty row": Case(6, 2, 10, x=(2, 4, 6), mask=an_empty_row),
        "one head": Case(4, 1, 5, x=(2, 3, 4)),
        "batch of one": Case(6, 3, 7, x=(1, 5, 6)),
        "one token": Case(6, 2, 7, x=(3, 1, 6)),
    },
    own=("plain",),
    correct=("causal",),
    batches=[
        {"x": (2, 4, 6), "mask": an_empty_row},
        {"x": (2, 4, 6)},
        {"x": (3, 2, 6)},
        {"x": (1, 4, 6), "mask": causal},
    ],
    draws=dict.fromkeys(NAMES, half),
    starts={
        **{name: StartsNormal(0.02, "N(0, 0.02 squared)") for name in WEIGHTS},
        **{name: StartsAt(1) for name in ("gamma1", "gamma2")},
        **{name: StartsAt(0) for name in ("beta1", "beta2", "b1", "b2")},
    },
    start=(150, 3),
)
MASKED = pytest.mark.parametrize("case", ["plain", "causal", "empty row", "batch of one", "one token"])


class TestForward(Forward, layer=BLOCK):
    def test_mask_by_position(self, solution: Solution, rng: np.random.Generator) -> None:
        """forward takes the mask as its second argument"""
        theirs, ours = BLOCK.runs(solution, rng, BLOCK.cases["causal"])
        assert_close(theirs.target.forward(*theirs.inputs.values()), ours.forward(), "forward(x, mask)")

    @pytest.mark.parametrize("shape", [(2, 1, 4), (4,)], ids=["keys of each sequence", "keys"])
    def test_mask_broadcasts(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """the mask broadcasts over the batch and the queries"""
        mask = rng.random(shape) < 0.5
        mask[..., 0], mask[..., 3] = True, False
        theirs, ours = BLOCK.runs(solution, rng, mask=mask)
        assert_close(theirs.forward(), ours.forward(), "forward(x, mask)")

    def test_no_future(self, solution: Solution, rng: np.random.Generator) -> None:
        """with a causal mask, a later token changes no earlier output"""
        theirs, ours = BLOCK.runs(solution, rng, BLOCK.cases["causal"])
        before = ours.forward()
        x = theirs.inputs["x"].copy()
        x[:, 3] = rng.normal(size=(2, 6))
        after = theirs.with_inputs(x=x).forward()
        assert_shape(after, x.shape, "forward(x, mask)")
        assert_close(after[:, :3], before[:, :3], "the first three outputs after a change of the last token")


class TestGradient(Gradient, layer=BLOCK):
    @pytest.mark.parametrize("quarter", range(4), ids=["5 directions", "5 to 10", "10 to 15", "15 to 20"])
    def test_all_at_once(self, solution: Solution, rng: np.random.Generator, quarter: int) -> None:
        """along random directions over all parameters at once, grads is the derivative of your own forward pass"""
        run, ours = BLOCK.runs(solution, rng, BLOCK.cases["empty row"])
        start = {name: ours.parameter(name) for name in NAMES}

        def forward(values: dict[str, np.ndarray]) -> Any:
            BLOCK.assign([run.target], values)
            return run.forward()

        def backward(d_out: np.ndarray) -> dict[str, Any]:
            forward(start)
            grads = run.backward(d_out)
            return {name: grads[f"d_{name}"] for name in NAMES}

        assert_network_gradients(forward, backward, start, rng, directions=5)

    @MASKED
    def test_all_correct(self, solution: Solution, rng: np.random.Generator, case: str) -> None:
        """d_x and all of grads are correct"""
        theirs, ours = BLOCK.runs(solution, rng, BLOCK.cases[case])
        _, d_out = ours.output(rng)
        theirs.forward()
        got = theirs.backward(d_out)
        for name, expected in ours.backward(d_out).items():
            assert_close(got[name], expected, name)


class TestRobustness(Robustness, layer=BLOCK):
    def test_large_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """scores of some thousands give the exact result without a warning"""
        theirs, ours = BLOCK.runs(solution, rng, BLOCK.cases["empty row"])
        BLOCK.assign((theirs.target, ours.target), {name: 200 * ours.parameter(name) for name in ("w_q", "w_k")})
        assert_close(theirs.forward(), ours.forward(), "forward(x, mask)")
        assert_no_warnings(solution)

    def test_masked_tokens(self, solution: Solution, rng: np.random.Generator) -> None:
        """a token that is masked has no influence on the others, whatever it holds"""
        mask = np.array([True, True, False, True])
        theirs, ours = BLOCK.runs(solution, rng, mask=mask)
        expected = ours.forward()
        x = theirs.inputs["x"].copy()
        x[:, 2] = 1e6 * rng.normal(size=(2, 6))
        got = theirs.with_inputs(x=x).forward()
        assert_shape(got, x.shape, "forward(x, mask)")
        assert_close(got[:, mask], expected[:, mask], "the outputs of the other tokens")

    def test_two_blocks(self, solution: Solution, rng: np.random.Generator) -> None:
        """two blocks, one behind the other, pass the gradient on"""
        first, ours_first = BLOCK.runs(solution, rng)
        second, ours_second = BLOCK.runs(solution, rng)

        def through(one: Run, two: Run, d_out: np.ndarray) -> list[Any]:
            middle = one.forward()
            after = two.with_inputs(x=np.asarray(middle))
            after.forward()
            back = after.backward(d_out)
            return [back["d_x"], one.backward(np.asarray(back["d_x"]))["d_x"]]

        d_out = rng.normal(size=(2, 4, 6))
        expected = through(ours_first, ours_second, d_out)
        for got, correct, what in zip(through(first, second, d_out), expected, ("second", "first"), strict=True):
            expect(bool(np.any(got)), f"d_x of the {what} of two blocks is 0")
            assert_close(got, correct, f"d_x of the {what} of two blocks")


class TestLayouts(Layouts, layer=BLOCK): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "TransformerBlock(embed_dim, num_heads)",
            "`embed_dim` is not a multiple of `num_heads`",
            lambda s, v: s.TransformerBlock(8, v),
            (3, 5),
            ("num_heads", "embed_dim", "heads"),
        ),
        Rejection(
            "forward(x, mask)",
            "`mask` is not boolean",
            lambda s, dtype: s.TransformerBlock(8, 2).forward(np.ones((1, 3, 8)), np.ones((3, 3), dtype=dtype)),
            ("float64", "int64"),
            "mask",
        ),
    )
