"""Hidden tests of the kata cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import assert_close, assert_gradient, gapped, read_only
from reference.cross_entropy import CrossEntropyLoss

KINDS = ["indices", "one-hot", "integer one-hot", "probabilities"]
HUGE = np.array([[-1e4, 1e4, 0.0], [-1e4, -9999.0, -9998.0], [1e4, 0.0, -1e4], [1e4, 1e4, -1e4], [3.0, 1.0, 2.0]])
HUGE_LABELS = np.array([0, 1, 2, 1, 2])


def make_targets(rng: np.random.Generator, n: int, classes: int, kind: str) -> np.ndarray:
    """Targets of one kind; no two batches have the same ones."""
    if kind == "probabilities":
        rows = rng.uniform(0.1, 1, size=(n, classes))
        return np.asarray(rows / rows.sum(axis=1, keepdims=True))
    labels = rng.integers(0, classes, size=n)
    if kind == "indices":
        return labels
    return np.eye(classes, dtype=int if kind == "integer one-hot" else float)[labels]


def expected_of(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """The reference's loss and gradient."""
    ours = CrossEntropyLoss()
    return ours.forward(logits, targets), ours.backward()


class TestForward:
    @pytest.mark.parametrize("shape", [(6, 4), (1, 3), (5, 5), (3, 7)], ids=["tall", "single", "square", "wide"])
    def test_indices(self, solution: Any, rng: np.random.Generator, shape: tuple[int, int]) -> None:
        """forward gives the mean cross-entropy for class indices"""
        logits, targets = 2 * rng.normal(size=shape), make_targets(rng, *shape, "indices")
        assert_close(solution.CrossEntropyLoss().forward(logits, targets), expected_of(logits, targets)[0], "the loss")

    @pytest.mark.parametrize("kind", KINDS[1:])
    def test_rows(self, solution: Any, rng: np.random.Generator, kind: str) -> None:
        """forward gives the mean cross-entropy for targets of shape (N, C)"""
        logits, targets = 2 * rng.normal(size=(5, 4)), make_targets(rng, 5, 4, kind)
        assert_close(solution.CrossEntropyLoss().forward(logits, targets), expected_of(logits, targets)[0], "the loss")

    def test_equal_logits(self, solution: Any, rng: np.random.Generator) -> None:
        """logits that are all equal cost log C, whatever the targets"""
        loss = solution.CrossEntropyLoss()
        for classes in (2, 5):
            targets = make_targets(rng, 4, classes, "indices")
            assert_close(loss.forward(np.full((4, classes), 3.0), targets), np.log(classes), "the loss")

    @pytest.mark.parametrize("kind", ["indices", "one-hot"])
    def test_huge_logits(self, solution: Any, kind: str) -> None:
        """the loss is exact for logits of +-10000"""
        loss = solution.CrossEntropyLoss()
        for rows in (slice(None), slice(0, 1), slice(1, 2), slice(2, 5)):
            logits, targets = HUGE[rows], HUGE_LABELS[rows]
            if kind == "one-hot":
                targets = np.eye(3)[targets]
            assert_close(loss.forward(logits, targets), expected_of(logits, targets)[0], "the loss")


class TestGradient:
    @pytest.mark.parametrize("kind", KINDS)
    def test_own_forward(self, solution: Any, rng: np.random.Generator, kind: str) -> None:
        """backward is the derivative of your own forward pass"""
        loss = solution.CrossEntropyLoss()
        logits, targets = rng.normal(size=(5, 4)), make_targets(rng, 5, 4, kind)

        def backward(_: np.ndarray) -> Any:
            loss.forward(logits, targets)
            return loss.backward()

        assert_gradient(lambda z: loss.forward(z, targets), logits, backward, rng, "d_logits")

    @pytest.mark.parametrize("kind", KINDS)
    def test_reference(self, solution: Any, rng: np.random.Generator, kind: str) -> None:
        """backward gives the right gradient"""
        loss = solution.CrossEntropyLoss()
        for shape in ((4, 4), (1, 3), (3, 6)):
            logits, targets = 2 * rng.normal(size=shape), make_targets(rng, *shape, kind)
            loss.forward(logits, targets)
            assert_close(loss.backward(), expected_of(logits, targets)[1], "d_logits")

    def test_huge_logits(self, solution: Any) -> None:
        """the gradient is exact for logits of +-10000"""
        loss = solution.CrossEntropyLoss()
        loss.forward(HUGE, HUGE_LABELS)
        assert_close(loss.backward(), expected_of(HUGE, HUGE_LABELS)[1], "d_logits")

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again"""
        loss = solution.CrossEntropyLoss()
        for kind in ("indices", "probabilities"):
            logits, targets = rng.normal(size=(4, 3)), make_targets(rng, 4, 3, kind)
            loss.forward(logits, targets)
            loss.backward()
            assert_close(loss.backward(), expected_of(logits, targets)[1], "d_logits of the second call")

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """loss and gradient belong to the last forward, whatever its size and kind of targets"""
        loss = solution.CrossEntropyLoss()
        for n, classes, kind in ((5, 3, "indices"), (5, 3, "probabilities"), (5, 3, "indices"), (2, 4, "one-hot")):
            logits, targets = rng.normal(size=(n, classes)), make_targets(rng, n, classes, kind)
            value, gradient = expected_of(logits, targets)
            assert_close(loss.forward(logits, targets), value, "the loss")
            assert_close(loss.backward(), gradient, "d_logits")


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work, forward and backward"""
        loss = solution.CrossEntropyLoss()
        for kind in KINDS:
            logits, targets = layout(rng.normal(size=(5, 4))), layout(make_targets(rng, 5, 4, kind))
            value, gradient = expected_of(logits, targets)
            assert_close(loss.forward(logits, targets), value, "the loss")
            assert_close(loss.backward(), gradient, "d_logits")

    @pytest.mark.parametrize("dtype", [np.int32, np.uint8], ids=["int32", "uint8"])
    def test_index_dtypes(self, solution: Any, rng: np.random.Generator, dtype: type) -> None:
        """class indices may have any integer dtype"""
        loss = solution.CrossEntropyLoss()
        logits = rng.normal(size=(5, 4))
        targets: np.ndarray = make_targets(rng, 5, 4, "indices").astype(dtype)
        value, gradient = expected_of(logits, targets)
        assert_close(loss.forward(logits, targets), value, "the loss")
        assert_close(loss.backward(), gradient, "d_logits")

    def test_float32(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 logits work, forward and backward"""
        loss = solution.CrossEntropyLoss()
        logits, targets = rng.normal(size=(5, 4)).astype(np.float32), make_targets(rng, 5, 4, "indices")
        value, gradient = expected_of(logits, targets)
        assert_close(loss.forward(logits, targets), value, "the loss", rtol=1e-5)
        assert_close(loss.backward(), gradient, "d_logits", rtol=1e-5)

    def test_two_losses(self, solution: Any, rng: np.random.Generator) -> None:
        """two losses do not share what they remember"""
        first, second = solution.CrossEntropyLoss(), solution.CrossEntropyLoss()
        logits, targets = rng.normal(size=(4, 3)), make_targets(rng, 4, 3, "indices")
        first.forward(logits, targets)
        second.forward(-logits, (targets + 1) % 3)
        assert_close(first.backward(), expected_of(logits, targets)[1], "d_logits of the first loss")
        assert_close(second.backward(), expected_of(-logits, (targets + 1) % 3)[1], "d_logits of the second loss")
