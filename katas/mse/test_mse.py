"""Hidden tests of the kata mse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import assert_close, assert_gradient, gapped, read_only
from reference.mse import MSELoss

SHAPES = [(6,), (5, 1), (4, 3), (2, 3, 2, 2), (1, 4)]
SHAPE_NAMES = ["vector", "column", "matrix", "images", "single"]


def make_pair(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """A prediction and a target that differ by more than 0.2 everywhere, more often upwards than downwards."""
    target = rng.normal(size=shape)
    return target + rng.choice([-1.0, 1.0, 1.0], size=shape) * rng.uniform(0.2, 2, size=shape), target


def expected_of(prediction: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """The reference's loss and gradient."""
    ours = MSELoss()
    return ours.forward(prediction, target), ours.backward()


class TestForward:
    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_values(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """forward gives the mean of the squared differences over all elements"""
        prediction, target = make_pair(rng, shape)
        assert_close(solution.MSELoss().forward(prediction, target), expected_of(prediction, target)[0], "the loss")

    def test_by_hand(self, solution: Any) -> None:
        """[[1, 2], [3, 4]] against [[1, 1], [1, 1]] costs 14/4"""
        prediction = np.array([[1.0, 2.0], [3.0, 4.0]])
        assert_close(solution.MSELoss().forward(prediction, np.ones((2, 2))), 3.5, "the loss")

    def test_perfect(self, solution: Any, rng: np.random.Generator) -> None:
        """a perfect prediction costs nothing, and one that is off by 3 everywhere costs 9"""
        loss, target = solution.MSELoss(), rng.normal(size=(4, 3))
        assert_close(loss.forward(target.copy(), target), 0.0, "the loss")
        assert_close(loss.forward(target - 3, target), 9.0, "the loss")


class TestGradient:
    @pytest.mark.parametrize("shape", SHAPES[:4], ids=SHAPE_NAMES[:4])
    def test_own_forward(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """backward is the derivative of your own forward pass"""
        loss = solution.MSELoss()
        prediction, target = make_pair(rng, shape)

        def backward(_: np.ndarray) -> Any:
            loss.forward(prediction, target)
            return loss.backward()

        assert_gradient(lambda p: loss.forward(p, target), prediction, backward, rng, "d_prediction")

    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    def test_reference(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """backward gives the right gradient"""
        loss = solution.MSELoss()
        prediction, target = make_pair(rng, shape)
        loss.forward(prediction, target)
        assert_close(loss.backward(), expected_of(prediction, target)[1], "d_prediction")

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again"""
        loss = solution.MSELoss()
        prediction, target = make_pair(rng, (4, 3))
        loss.forward(prediction, target)
        loss.backward()
        assert_close(loss.backward(), expected_of(prediction, target)[1], "d_prediction of the second call")

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """loss and gradient belong to the last forward, whatever its shape"""
        loss = solution.MSELoss()
        for shape in ((4, 3), (4, 3), (2, 3), (5,)):
            prediction, target = make_pair(rng, shape)
            value, gradient = expected_of(prediction, target)
            assert_close(loss.forward(prediction, target), value, "the loss")
            assert_close(loss.backward(), gradient, "d_prediction")


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work, forward and backward"""
        loss = solution.MSELoss()
        prediction, target = (layout(array) for array in make_pair(rng, (5, 4)))
        value, gradient = expected_of(prediction, target)
        assert_close(loss.forward(prediction, target), value, "the loss")
        assert_close(loss.backward(), gradient, "d_prediction")

    def test_float32(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 arrays work, forward and backward"""
        loss = solution.MSELoss()
        prediction, target = (array.astype(np.float32) for array in make_pair(rng, (5, 4)))
        value, gradient = expected_of(prediction, target)
        assert_close(loss.forward(prediction, target), value, "the loss", rtol=1e-5)
        assert_close(loss.backward(), gradient, "d_prediction", rtol=1e-5)

    def test_two_losses(self, solution: Any, rng: np.random.Generator) -> None:
        """two losses do not share what they remember"""
        first, second = solution.MSELoss(), solution.MSELoss()
        prediction, target = make_pair(rng, (4, 3))
        first.forward(prediction, target)
        second.forward(2 * prediction, target)
        assert_close(first.backward(), expected_of(prediction, target)[1], "d_prediction of the first loss")
        assert_close(second.backward(), expected_of(2 * prediction, target)[1], "d_prediction of the second loss")
