"""Hidden tests of the kata gqa."""

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
    StartsNormal,
    assert_close,
    assert_no_warnings,
    expect,
)
from reference.gqa import GroupedQueryAttention

CAUSAL = np.tril(np.ones((5, 5), dtype=bool))
WEIGHTS = ("w_q", "w_k", "w_v", "w_o")


def random_mask(rng: np.random.Generator) -> np.ndarray:
    """A mask for two sequences of 4 in which one row allows nothing."""
    mask = rng.random((2, 4, 4)) < 0.6
    mask[1, 2] = False
    mask[0, :, 0] = True
    return mask


def padding(rng: np.random.Generator) -> np.ndarray:
    """A mask of keys alone: lengths 2 and 4."""
    return np.arange(4) < np.array([[[2]], [[4]]])


GQA = Layer(
    GroupedQueryAttention,
    "the heads' attention, joined and projected",
    parameters=WEIGHTS,
    inputs=("x", "mask"),
    cases={
        "two groups": Case(8, 4, 2, x=(2, 5, 8)),
        "multi-query": Case(12, 3, 1, x=(1, 4, 12)),
        "multi-head": Case(8, 2, 2, x=(3, 3, 8)),
        "three groups": Case(12, 6, 3, x=(2, 3, 12)),
        "causal": Case(8, 4, 2, x=(2, 5, 8), mask=lambda rng: CAUSAL),
        "empty row": Case(8, 4, 2, x=(2, 4, 8), mask=random_mask),
    },
    own=("two groups", "multi-query", "empty row"),
    correct=("two groups", "multi-query", "multi-head", "causal", "empty row"),
    batches=[{"x": (2, 5, 8)}, {"x": (2, 5, 8)}, {"x": (1, 3, 8)}, {"x": (3, 4, 8)}],
    starts={name: StartsNormal(np.sqrt(1 / 256), "N(0, 1 / embed_dim)") for name in WEIGHTS},
    start=(256, 4, 2),
)


class TestForward(Forward, layer=GQA):
    def test_repeated_columns(self, solution: Solution, rng: np.random.Generator) -> None:
        """it equals multi-head attention whose key and value columns are repeated"""
        grouped, _ = GQA.runs(solution, rng)
        values = {name: grouped.parameter(name) for name in WEIGHTS}
        for name in ("w_k", "w_v"):
            values[name] = np.repeat(values[name].reshape(8, 2, 2), 2, axis=1).reshape(8, 8)
        full = grouped.on(solution.GroupedQueryAttention(8, 4, 4))
        GQA.assign([full.target], values)
        expect(bool(np.any(full.forward())), "forward gives 0 everywhere")
        assert_close(grouped.forward(), full.forward(), "forward(x), compared with num_kv_heads = num_heads")

    def test_mask_broadcasts(self, solution: Solution, rng: np.random.Generator) -> None:
        """a mask of shape (N, 1, T) is that of its keys, for every query"""
        theirs, ours = GQA.runs(solution, rng, x=(2, 4, 8), mask=padding)
        assert_close(theirs.forward(), ours.forward(), "forward(x, mask)")


class TestGradient(Gradient, layer=GQA): ...


class TestRobustness(Robustness, layer=GQA):
    def test_future(self, solution: Solution, rng: np.random.Generator) -> None:
        """under a causal mask a later token changes nothing before it"""
        run, _ = GQA.runs(solution, rng, GQA.cases["causal"])
        before = np.asarray(run.forward())
        x = run.inputs["x"].copy()
        x[:, 3:] += rng.normal(size=(2, 2, 8))
        after = np.asarray(run.with_inputs(x=x).forward())
        assert_close(after[:, :3], before[:, :3], "forward(x, mask) of the first three tokens after the others have changed")
        expect(not np.allclose(after[:, 3:], before[:, 3:]), "forward(x, mask) does not depend on the last tokens")

    def test_empty_row(self, solution: Solution, rng: np.random.Generator) -> None:
        """a query that may attend to nothing gives 0, without a warning"""
        run, _ = GQA.runs(solution, rng, GQA.cases["empty row"])
        out = np.asarray(run.forward())
        assert_close(out[1, 2], np.zeros(8), "forward(x, mask) where the mask allows nothing")
        expect(bool(np.any(out[0])), "forward gives 0 where the mask allows something")
        assert_no_warnings(solution)

    def test_large_scores(self, solution: Solution, rng: np.random.Generator) -> None:
        """scores of ±1e4 do not overflow"""
        theirs, ours = GQA.runs(solution, rng, x=lambda rng: 60 * rng.normal(size=(2, 5, 8)))
        assert_close(theirs.forward(), ours.forward(), "forward(x)")
        assert_no_warnings(solution)


class TestLayouts(Layouts, layer=GQA): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "GroupedQueryAttention(...)",
            "`embed_dim` is not a multiple of `num_heads`",
            lambda s, v: s.GroupedQueryAttention(v, 4, 2),
            (10, 6),
            ("embed_dim", "num_heads"),
        ),
        Rejection(
            "GroupedQueryAttention(...)",
            "`num_heads` is not a multiple of `num_kv_heads`",
            lambda s, groups: s.GroupedQueryAttention(12, 6, groups),
            (4, 5),
            ("num_heads", "num_kv_heads"),
        ),
        Rejection(
            "forward(x, mask)",
            "`mask` is not boolean",
            lambda s, mask: s.GroupedQueryAttention(8, 4, 2).forward(np.ones((1, 3, 8)), mask),
            (np.ones((3, 3)), np.zeros((3, 3), dtype=np.int64)),
            "mask",
            lambda mask: mask.dtype,
        ),
    )
