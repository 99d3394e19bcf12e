"""Hidden tests of the kata attention."""

from __future__ import annotations

import numpy as np
import pytest

from harness.testing import (
    SHAPE_WORDS,
    Case,
    Errors,
    Forward,
    Gradient,
    Layer,
    Layouts,
    Rejection,
    Robustness,
    Solution,
    assert_close,
    assert_no_warnings,
    assert_reference_gradient,
    expect,
)
from reference.attention import ScaledDotProductAttention


def some_keys(rng: np.random.Generator) -> np.ndarray:
    """A mask for each query of two sequences, no row of it empty or full."""
    mask = rng.random((2, 3, 5)) < 0.5
    mask[..., 1], mask[..., 3] = True, False
    return mask


def an_empty_row(rng: np.random.Generator) -> np.ndarray:
    """The same with two queries that may attend to nothing."""
    mask = some_keys(rng)
    mask[0, 2] = mask[1, 0] = False
    return mask


def padding(rng: np.random.Generator) -> np.ndarray:
    """One row of keys for all queries of a sequence."""
    return np.arange(5) < np.array([[[2]], [[4]]])


def far_scores(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Queries and keys with scores near 1e4 and -1e4 that differ by about 1 in a row.

    In the second sequence a key lies on the other side, so that its rows hold both signs. In the first, rows lie far apart.
    """
    q, k = 0.01 * rng.normal(size=(2, 3, 4)), 50 * rng.normal(size=(2, 5, 4))
    q[..., 0] = [200, -200, 150]
    k[..., 0] = 100 + 0.01 * rng.normal(size=(2, 5))
    k[1, 4, 0] = -100
    return {"q": q, "k": k}


SHAPES = {"q": (2, 3, 4), "k": (2, 5, 4), "v": (2, 5, 6)}
ATTENTION = Layer(
    ScaledDotProductAttention,
    "softmax(q @ k^T / sqrt(d)) @ v",
    inputs=("q", "k", "v"),
    cases={
        "plain": Case(**SHAPES),
        "matrices": Case(q=(3, 4), k=(6, 4), v=(6, 2)),
        "heads": Case(q=(2, 3, 4, 3), k=(2, 3, 4, 3), v=(2, 3, 4, 3)),
        "mask": Case(**SHAPES, mask=some_keys),
        "empty row": Case(**SHAPES, mask=an_empty_row),
        "padding": Case(**SHAPES, mask=padding),
    },
    own=("plain", "mask", "empty row"),
    batches=[
        {"q": (2, 3, 4), "k": (2, 5, 4), "v": (2, 5, 6), "mask": an_empty_row},
        {"q": (2, 3, 4), "k": (2, 5, 4), "v": (2, 5, 6)},
        {"q": (2, 3, 4), "k": (2, 5, 4), "v": (2, 5, 6), "mask": some_keys},
        {"q": (1, 6), "k": (2, 6), "v": (2, 3)},
    ],
    keeps_dtype=True,
)


class TestForward(Forward, layer=ATTENTION):
    def test_mask_by_position(self, solution: Solution, rng: np.random.Generator) -> None:
        """forward takes the mask as its fourth argument"""
        theirs, ours = ATTENTION.runs(solution, rng, ATTENTION.cases["mask"])
        q, k, v, mask = theirs.inputs.values()
        assert_close(theirs.target.forward(q, k, v, mask), ours.forward(), "forward(q, k, v, mask)")

    def test_weights(self, solution: Solution, rng: np.random.Generator) -> None:
        """with the identity for values: weights that sum to 1, or are all 0 where nothing is allowed"""
        mask = an_empty_row(rng)
        theirs, ours = ATTENTION.runs(solution, rng, mask=mask, v=np.stack([np.eye(5)] * 2))
        weights = theirs.forward()
        assert_close(weights, ours.forward(), "forward(q, k, identity, mask)")
        expect(bool(np.all(weights >= 0)), "a weight is negative")
        assert_close(weights.sum(axis=-1), mask.any(axis=-1).astype(float), "the sums of the weights", rtol=1e-12)


class TestGradient(Gradient, layer=ATTENTION):
    @pytest.mark.parametrize("name", ["d_q", "d_k", "d_v"])
    def test_large_scores(self, solution: Solution, rng: np.random.Generator, name: str) -> None:
        """scores of 1e4 give finite and correct gradients, without a warning"""
        theirs, ours = ATTENTION.runs(solution, rng, ATTENTION.cases["mask"], **far_scores(rng))
        assert_reference_gradient(theirs, ours, name, rng)
        assert_no_warnings(solution)


class TestRobustness(Robustness, layer=ATTENTION):
    @pytest.mark.parametrize("case", ["plain", "empty row"])
    def test_large_scores(self, solution: Solution, rng: np.random.Generator, case: str) -> None:
        """scores of 1e4, of either sign in each row, give the exact result without a warning"""
        theirs, ours = ATTENTION.runs(solution, rng, ATTENTION.cases[case], **far_scores(rng))
        assert_close(theirs.forward(), ours.forward(), "forward(q, k, v)")
        assert_no_warnings(solution)

    @pytest.mark.parametrize("case", ["mask", "padding"])
    def test_masked_keys(self, solution: Solution, rng: np.random.Generator, case: str) -> None:
        """what is masked has no influence: keys and values of 1e6 there change nothing"""
        theirs, ours = ATTENTION.runs(solution, rng, ATTENTION.cases[case])
        expected = ours.forward()
        for name in ("k", "v"):
            huge = theirs.inputs[name].copy()
            # the keys that no query may attend to
            hidden = ~np.broadcast_to(theirs.inputs["mask"], (2, 3, 5)).any(axis=1)
            huge[hidden] = np.where(rng.random(huge[hidden].shape) < 0.5, 1e6, -1e6)
            assert_close(
                theirs.with_inputs(**{name: huge}).forward(), expected, f"forward with a huge {name} behind the mask"
            )
        assert_no_warnings(solution)


class TestLayouts(Layouts, layer=ATTENTION): ...


def attend(solution: Solution, **changed: np.ndarray) -> None:
    """One forward of ones, with some of its arguments changed."""
    given = {"q": np.ones((2, 3, 4)), "k": np.ones((2, 5, 4)), "v": np.ones((2, 5, 6)), **changed}
    solution.ScaledDotProductAttention().forward(*given.values())  # the mask comes last, where there is one


class TestErrors(Errors):
    rejections = (
        Rejection(
            "forward(q, k, v, mask)",
            "`q` and `k` have different numbers of features",
            lambda s, features: attend(s, k=np.ones((2, 5, features))),
            (3, 1),
            ("k", "q", "features", *SHAPE_WORDS),
        ),
        Rejection(
            "forward(q, k, v, mask)",
            "`k` and `v` have different lengths",
            lambda s, length: attend(s, v=np.ones((2, length, 6))),
            (4, 1),
            ("v", "k", "length", *SHAPE_WORDS),
        ),
        Rejection(
            "forward(q, k, v, mask)",
            "`mask` is not boolean",
            lambda s, dtype: attend(s, mask=np.ones((3, 5), dtype=dtype)),
            ("float64", "int64"),
            "mask",
        ),
        Rejection(
            "forward(q, k, v, mask)",
            "`mask` does not broadcast to the shape of the scores",
            lambda s, shape: attend(s, mask=np.ones(shape, dtype=bool)),
            ((3, 4), (2, 2, 3, 5)),
            ("mask", *SHAPE_WORDS),
        ),
    )
