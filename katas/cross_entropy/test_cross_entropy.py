"""Hidden tests of the kata cross-entropy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from harness.testing import (
    SHAPE_WORDS,
    Case,
    Errors,
    Forward,
    Gradient,
    Layouts,
    Loss,
    Rejection,
    Robustness,
    Solution,
    assert_close,
)
from reference.cross_entropy import CrossEntropyLoss

Targets = Callable[[np.random.Generator], np.ndarray]


def spread(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Logits of both signs."""
    return 2.0 * rng.normal(size=shape)


def indices(n: int, classes: int) -> Targets:
    """Class indices, `(n,)`."""
    return lambda rng: rng.integers(0, classes, size=n)


def one_hot(n: int, classes: int, dtype: type = float) -> Targets:
    """One-hot rows, `(n, classes)`."""
    return lambda rng: np.eye(classes, dtype=dtype)[rng.integers(0, classes, size=n)]


def probabilities(n: int, classes: int) -> Targets:
    """Rows that sum to one, `(n, classes)`."""

    def draw(rng: np.random.Generator) -> np.ndarray:
        rows = rng.uniform(0.1, 1, size=(n, classes))
        return np.asarray(rows / rows.sum(axis=1, keepdims=True))

    return draw


HUGE = np.array([[-1e4, 1e4, 0.0], [-1e4, -9999.0, -9998.0], [1e4, 0.0, -1e4], [1e4, 1e4, -1e4], [3.0, 1.0, 2.0]])
HUGE_TARGETS = np.array([0, 1, 2, 1, 2])
CROSS_ENTROPY = Loss(
    CrossEntropyLoss,
    "the mean cross-entropy of the batch",
    cases={
        "indices": Case(logits=(6, 4), targets=indices(6, 4)),
        "one sample": Case(logits=(1, 3), targets=indices(1, 3)),
        "square": Case(logits=(5, 5), targets=indices(5, 5)),
        "two classes": Case(logits=(7, 2), targets=indices(7, 2)),
        "one-hot": Case(logits=(5, 4), targets=one_hot(5, 4)),
        "integer one-hot": Case(logits=(4, 4), targets=one_hot(4, 4, int)),
        "probabilities": Case(logits=(3, 6), targets=probabilities(3, 6)),
    },
    own=("indices", "probabilities"),
    correct=("indices", "square", "two classes", "one-hot", "integer one-hot", "probabilities"),
    batches=[
        {"logits": (5, 3), "targets": indices(5, 3)},
        {"logits": (5, 3), "targets": probabilities(5, 3)},
        {"logits": (5, 3), "targets": indices(5, 3)},
        {"logits": (2, 4), "targets": one_hot(2, 4)},
    ],
    inputs=("logits", "targets"),
    differentiated=("logits",),
    draws={"logits": spread},
    extremes={
        "extreme logits, indices": Case(logits=HUGE, targets=HUGE_TARGETS),
        "extreme logits, one-hot": Case(logits=HUGE, targets=np.eye(3)[HUGE_TARGETS]),
    },
)
N, CLASSES = 20, 300  # more classes than a byte can count


class TestForward(Forward, layer=CROSS_ENTROPY): ...


class TestGradient(Gradient, layer=CROSS_ENTROPY): ...


class TestRobustness(Robustness, layer=CROSS_ENTROPY):
    @pytest.mark.parametrize("dtype", [np.int8, np.uint8], ids=["int8", "uint8"])
    def test_index_dtypes(self, solution: Solution, rng: np.random.Generator, dtype: type) -> None:
        """class indices may have any integer dtype"""
        usual, _ = CROSS_ENTROPY.runs(solution, rng, logits=(N, CLASSES), targets=indices(N, 128))
        small = usual.with_inputs(targets=usual.inputs["targets"].astype(dtype))
        expected, expected_gradient = usual.forward(), usual.backward()["d_logits"]
        assert_close(small.forward(), expected, f"the loss for {dtype.__name__} indices, compared with int64")
        gradient = small.backward()["d_logits"]
        assert_close(gradient, expected_gradient, f"d_logits for {dtype.__name__} indices, compared with int64")


class TestLayouts(Layouts, layer=CROSS_ENTROPY): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "forward(logits, targets)",
            "`targets` has neither shape (N,) nor (N, C)",
            lambda s, shape: s.CrossEntropyLoss().forward(np.ones((4, 3)), np.ones(shape, dtype=int)),
            ((3,), (1,), (4, 2), (3, 4), (4, 1), (1, 3)),
            ("targets", *SHAPE_WORDS),
            shown=None,  # the targets themselves are as good as their shape
        ),
        Rejection(
            "forward(logits, targets)",
            "a class index is outside 0 .. C-1",
            lambda s, index: s.CrossEntropyLoss().forward(np.ones((2, 4)), np.array([1, index])),
            (4, -1),
            ("targets", "target", "class", "classes", "index", "indices", "label", "labels"),
        ),
    )
