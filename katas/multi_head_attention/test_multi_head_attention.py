"""Hidden tests of the kata multi-head-attention."""

from __future__ import annotations

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
    Solution,
    StartsNormal,
    assert_close,
    assert_no_warnings,
    fill,
)
from reference.attention import ScaledDotProductAttention
from reference.multi_head_attention import MultiHeadAttention

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")


def causal(rng: np.random.Generator) -> np.ndarray:
    return np.tri(3, dtype=bool)


def padding(rng: np.random.Generator) -> np.ndarray:
    """Keys of a context of 5 for two sequences, the same for all queries."""
    return (np.arange(5) < np.array([[3], [4]]))[:, None]


def an_empty_row(rng: np.random.Generator) -> np.ndarray:
    """A mask for each query of two sequences of 4, two of whose rows hold no True."""
    mask = rng.random((2, 4, 4)) < 0.5
    mask[..., 0], mask[..., 2], mask[..., 3] = True, True, False
    mask[0, 1] = mask[1, 2] = False
    return mask


MHA = Layer(
    MultiHeadAttention,
    "(head 0 | head 1 | ...) @ w_o",
    inputs=("x", "context"),
    parameters=WEIGHTS,
    # embed_dim, num_heads
    cases={
        "self": Case(8, 2, x=(2, 3, 8)),
        "context": Case(8, 4, x=(2, 3, 8), context=(2, 5, 8)),
        "causal": Case(8, 2, x=(2, 3, 8), mask=causal),
        "padded context": Case(8, 4, x=(2, 3, 8), context=(2, 5, 8), mask=padding),
        "empty row": Case(8, 2, x=(2, 4, 8), mask=an_empty_row),
        "one head": Case(4, 1, x=(2, 3, 4)),
        "batch of one": Case(6, 3, x=(1, 4, 6)),
        "one token": Case(6, 2, x=(3, 1, 6)),
    },
    own=("self", "padded context", "empty row"),
    correct=("self", "context", "causal", "empty row", "batch of one"),
    batches=[
        {"x": (2, 3, 8), "context": (2, 5, 8)},
        {"x": (2, 3, 8)},
        {"x": (2, 4, 8), "mask": an_empty_row},
        {"x": (3, 4, 8)},
        {"x": (1, 2, 8), "context": (1, 3, 8)},
    ],
    starts={name: StartsNormal(np.sqrt(1 / 150), "N(0, 1 / embed_dim), the variance") for name in WEIGHTS},
    start=(150, 2),
)


class TestForward(Forward, layer=MHA):
    def test_one_head(self, solution: Solution, rng: np.random.Generator) -> None:
        """one head is a plain attention between projections"""
        theirs, ours = MHA.runs(solution, rng, MHA.cases["one head"])
        x, layer = theirs.inputs["x"], ours.target
        attended = ScaledDotProductAttention().forward(x @ layer.w_q, x @ layer.w_k, x @ layer.w_v)
        assert_close(theirs.forward(), attended @ layer.w_o, "forward(x)")

    def test_permuted_heads(self, solution: Solution, rng: np.random.Generator) -> None:
        """the heads own neighbouring columns: exchanging whole heads everywhere changes nothing"""
        theirs, ours = MHA.runs(solution, rng, MHA.cases["padded context"])
        expected = ours.forward()
        assert_close(theirs.forward(), expected, "forward(x, context)")
        columns = np.array([6, 7, 2, 3, 0, 1, 4, 5])
        for name in WEIGHTS:
            weight = getattr(ours.target, name)
            fill(theirs.target, name, weight[columns] if name == "w_o" else weight[:, columns])
        assert_close(theirs.forward(), expected, "forward(x, context) with its heads exchanged")

    @pytest.mark.parametrize("shape", [(3, 5), (1, 3, 5), (5,)], ids=["queries and keys", "one for all", "keys"])
    def test_mask_broadcasts(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """the mask broadcasts over the batch and the queries"""
        mask = rng.random(shape) < 0.5
        mask[..., 1], mask[..., 4] = True, False
        theirs, ours = MHA.runs(solution, rng, MHA.cases["padded context"], mask=mask)
        assert_close(theirs.forward(), ours.forward(), "forward(x, context, mask)")

    def test_arguments_by_position(self, solution: Solution, rng: np.random.Generator) -> None:
        """forward takes context and mask as its second and third argument"""
        theirs, ours = MHA.runs(solution, rng, MHA.cases["padded context"])
        assert_close(theirs.target.forward(*theirs.inputs.values()), ours.forward(), "forward(x, context, mask)")


class TestGradient(Gradient, layer=MHA): ...


class TestRobustness(Robustness, layer=MHA):
    def test_large_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """scores of some thousands give the exact result without a warning"""
        theirs, ours = MHA.runs(solution, rng, MHA.cases["empty row"])
        MHA.assign((theirs.target, ours.target), {name: 40 * ours.parameter(name) for name in ("w_q", "w_k")})
        assert_close(theirs.forward(), ours.forward(), "forward(x, mask)")
        assert_no_warnings(solution)

    def test_masked_keys(self, solution: Solution, rng: np.random.Generator) -> None:
        """what is masked has no influence: a context of 1e6 there changes nothing"""
        theirs, ours = MHA.runs(solution, rng, MHA.cases["padded context"])
        expected = ours.forward()
        context = theirs.inputs["context"].copy()
        context[~padding(rng)[:, 0]] = 1e6
        assert_close(theirs.with_inputs(context=context).forward(), expected, "forward with a huge context behind the mask")
        assert_no_warnings(solution)


class TestLayouts(Layouts, layer=MHA): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "MultiHeadAttention(embed_dim, num_heads)",
            "`embed_dim` is not a multiple of `num_heads`",
            lambda s, v: s.MultiHeadAttention(8, v),
            (3, 5),
            ("num_heads", "embed_dim", "heads"),
        ),
        Rejection(
            "forward(x, context, mask)",
            "`mask` is not boolean",
            lambda s, dtype: s.MultiHeadAttention(8, 2).forward(np.ones((1, 3, 8)), mask=np.ones((3, 3), dtype=dtype)),
            ("float64", "int64"),
            "mask",
        ),
    )
