"""Hidden tests of the kata rope."""

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
    assert_close,
)
from reference.rope import RotaryEmbedding

POSITIONS = np.array([12, 3, 100, 0, 3])

ROPE = Layer(
    RotaryEmbedding,
    "each pair turned by its angle",
    # head_dim, base, interleaved
    cases={
        "halves": Case(6, x=(2, 5, 6)),
        "interleaved": Case(6, 10000.0, True, x=(2, 5, 6)),
        "another base": Case(8, 300.0, x=(2, 4, 8)),
        "positions": Case(6, x=(2, 5, 6), positions=POSITIONS),
        "interleaved positions": Case(6, 700.0, True, x=(2, 5, 6), positions=POSITIONS),
        "heads": Case(4, x=(3, 2, 5, 4)),
        "one sequence": Case(4, 10000.0, True, x=(5, 4)),
        "one pair": Case(2, x=(3, 4, 2)),
    },
    own=("halves", "interleaved", "positions"),
    correct=("halves", "interleaved", "positions", "interleaved positions", "heads"),
    batches=[
        {"x": (2, 5, 6), "positions": POSITIONS},
        {"x": (2, 5, 6)},
        {"x": (2, 5, 6), "positions": POSITIONS[::-1].copy()},
        {"x": (3, 6)},
        {"x": (2, 2, 7, 6)},
    ],
    keeps_dtype=True,
)
BOTH = pytest.mark.parametrize("interleaved", [False, True], ids=["halves", "interleaved"])


class TestForward(Forward, layer=ROPE):
    @BOTH
    def test_known_angle(self, solution: Solution, interleaved: bool) -> None:
        """the first pair turns by the position itself: from (1, 0) to (cos, sin)"""
        x = np.zeros((3, 4))
        x[:, 0] = 1.0
        out = solution.RotaryEmbedding(4, 100.0, interleaved).forward(x)
        expected = np.zeros((3, 4))
        expected[:, 0], expected[:, 1 if interleaved else 2] = np.cos([0, 1, 2]), np.sin([0, 1, 2])
        assert_close(out, expected, "forward(x) for x = (1, 0, 0, 0)")

    def test_positions_by_position(self, solution: Solution, rng: np.random.Generator) -> None:
        """forward takes the positions as its second argument"""
        theirs, ours = ROPE.runs(solution, rng, ROPE.cases["positions"])
        assert_close(theirs.target.forward(theirs.inputs["x"], POSITIONS), ours.forward(), "forward(x, positions)")

    @BOTH
    def test_distance(self, solution: Solution, rng: np.random.Generator, interleaved: bool) -> None:
        """the dot product of a query and a key depends on their distance only"""
        theirs, ours = solution.RotaryEmbedding(6, 50.0, interleaved), RotaryEmbedding(6, 50.0, interleaved)
        q, k = rng.normal(size=(2, 1, 6))
        dots = []
        for shift in (0, 5, 40):
            at = [theirs.forward(x, np.array([position + shift])) for x, position in ((q, 7), (k, 4))]
            dots.append(np.sum(np.asarray(at[0]) * np.asarray(at[1])))
        expected = np.sum(ours.forward(q, np.array([3])) * k)
        assert_close(np.array(dots), np.full(3, expected), "the dot product at positions (7, 4), (12, 9) and (47, 44)")

    def test_start_of_a_cache(self, solution: Solution, rng: np.random.Generator) -> None:
        """tokens one after another at their positions give what the whole sequence gives"""
        theirs, ours = ROPE.runs(solution, rng)
        x, expected = theirs.inputs["x"], ours.forward()
        steps = [theirs.target.forward(x[:, t : t + 1], np.array([t])) for t in range(5)]
        assert_close(np.concatenate([np.asarray(step) for step in steps], axis=1), expected, "five tokens, one at a time")


class TestGradient(Gradient, layer=ROPE):
    def test_turns_back(self, solution: Solution, rng: np.random.Generator) -> None:
        """backward undoes forward, as often as it is called"""
        theirs, ours = ROPE.runs(solution, rng, ROPE.cases["positions"])
        theirs.forward()
        for _ in range(2):
            assert_close(theirs.target.backward(ours.forward()), theirs.inputs["x"], "backward(forward(x))")

    def test_two_bases(self, solution: Solution, rng: np.random.Generator) -> None:
        """two layers with different bases do not share their angles"""
        x, d_out = rng.normal(size=(2, 2, 5, 6))
        first, ours = solution.RotaryEmbedding(6, 100.0), RotaryEmbedding(6, 100.0)
        assert_close(first.forward(x), ours.forward(x), "forward(x)")
        solution.RotaryEmbedding(6, 3000.0).forward(x)
        assert_close(first.backward(d_out), ours.backward(d_out), "d_x of the first layer, after a forward of the second")


class TestRobustness(Robustness, layer=ROPE):
    @BOTH
    def test_norms(self, solution: Solution, rng: np.random.Generator, interleaved: bool) -> None:
        """a rotation keeps the length of every vector, and position 0 turns nothing"""
        x = rng.normal(size=(2, 4, 8))
        out = solution.RotaryEmbedding(8, 10000.0, interleaved).forward(x, np.array([0, 1, 50, 7]))
        assert_close(np.asarray(out)[:, 0], x[:, 0], "forward(x) at position 0")
        assert_close(np.linalg.norm(out, axis=-1), np.linalg.norm(x, axis=-1), "the lengths of forward(x)")

    def test_far_positions(self, solution: Solution, rng: np.random.Generator) -> None:
        """positions of some hundred thousands keep their angles exact"""
        theirs, ours = ROPE.runs(solution, rng, positions=np.array([100_000, 250_001, 3, 131_072, 99_999]))
        # the angle itself is rounded, to 3e-11 at such positions
        assert_close(theirs.forward(), ours.forward(), "forward(x, positions)", rtol=1e-8)


class TestLayouts(Layouts, layer=ROPE): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "RotaryEmbedding(head_dim)", "`head_dim` is odd", lambda s, v: s.RotaryEmbedding(v), (3, 7), ("head_dim", "dim")
        ),
        Rejection(
            "RotaryEmbedding(head_dim)",
            "`head_dim` is below 2",
            lambda s, v: s.RotaryEmbedding(v),
            (0, -4),
            ("head_dim", "dim"),
        ),
    )
