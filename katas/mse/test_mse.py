"""Hidden tests of the kata mse."""

from __future__ import annotations

import numpy as np

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
from reference.mse import MSELoss


def away_from_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Predictions that lie above 1 or below -1; targets lie between."""
    return rng.choice([-1.0, 1.0, 1.0], shape) * rng.uniform(1.2, 3, shape)


def within(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Targets between -1 and 1."""
    return rng.uniform(-1, 1, shape)


SHAPES = {"matrix": (4, 3), "vector": (6,), "column": (5, 1), "images": (2, 3, 2, 2), "single": (1, 4), "number": ()}
MSE = Loss(
    MSELoss,
    "the mean of the squared differences over all elements",
    cases={name: Case(prediction=shape, target=shape) for name, shape in SHAPES.items()},
    own=("matrix", "images"),
    draws={"prediction": away_from_zero, "target": within},
)


class TestForward(Forward, layer=MSE):
    def test_by_hand(self, solution: Solution) -> None:
        """[[1, 2], [3, 4]] against [[1, 1], [1, 1]] costs 14/4"""
        prediction = np.array([[1.0, 2.0], [3.0, 4.0]])
        assert_close(solution.MSELoss().forward(prediction, np.ones((2, 2))), 3.5, "the loss")

    def test_perfect(self, solution: Solution, rng: np.random.Generator) -> None:
        """a perfect prediction costs nothing, and one that is off by 3 everywhere costs 9"""
        loss, target = solution.MSELoss(), rng.normal(size=(4, 3))
        assert_close(loss.forward(target.copy(), target), 0.0, "the loss")
        assert_close(loss.forward(target - 3, target), 9.0, "the loss")


class TestGradient(Gradient, layer=MSE): ...


class TestRobustness(Robustness, layer=MSE):
    def test_integer_target(self, solution: Solution, rng: np.random.Generator) -> None:
        """an integer target gives the same as the same numbers in floats"""
        prediction, target = 3 * rng.normal(size=(4, 3)), rng.integers(-3, 4, size=(4, 3))
        results = []
        for wanted in (target.astype(float), target):
            loss = solution.MSELoss()
            results.append((loss.forward(prediction, wanted), loss.backward()))
        (expected, expected_gradient), (got, gradient) = results
        assert_close(got, expected, "the loss for an integer target, compared with a float target")
        assert_close(gradient, expected_gradient, "d_prediction for an integer target, compared with a float target")


class TestLayouts(Layouts, layer=MSE): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "forward(prediction, target)",
            "`target` does not have the shape of `prediction`",
            lambda s, shape: s.MSELoss().forward(np.ones((4, 1)), np.ones(shape)),
            ((4,), (1, 1), (4, 3)),
            ("target", "prediction", *SHAPE_WORDS),
        ),
    )
