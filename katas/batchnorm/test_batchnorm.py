"""Hidden tests of the kata batchnorm."""

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
    StartsAt,
    assert_close,
)
from reference.batchnorm import BatchNorm2d


def unlike_channels(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """A batch whose channels differ in mean and scale."""
    mean, scale = rng.normal(size=shape[1]), rng.uniform(0.5, 1.5, shape[1])
    return rng.normal(size=shape) * scale[:, None, None] + mean[:, None, None]


def positive(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Variances."""
    return rng.uniform(0.2, 2.0, shape)


BATCH_NORM = Layer(
    BatchNorm2d,
    "gamma * (x - mean) / sqrt(var + eps) + beta",
    parameters=("gamma", "beta"),
    state=("running_mean", "running_var"),
    # num_features, eps
    cases={
        "training": Case(3, x=(4, 3, 5, 2)),
        "one channel": Case(1, x=(1, 1, 3, 4)),
        "single pixels": Case(3, x=(6, 3, 1, 1)),
        "equal axes": Case(3, x=(3, 3, 3, 3)),
        "eps 0.3": Case(2, 0.3, x=(3, 2, 2, 4)),
        "evaluation": Case(2, x=(3, 2, 4, 3), training=False),
        "one pixel in evaluation": Case(3, x=(1, 3, 1, 1), training=False),
        "eps 0.3 in evaluation": Case(2, 0.3, x=(3, 2, 2, 4), training=False),
    },
    own=("eps 0.3", "evaluation"),
    correct=("training", "equal axes", "evaluation"),
    batches=[
        {"x": (3, 3, 2, 3)},
        {"x": (3, 3, 2, 3), "training": False},
        {"x": (1, 3, 3, 3)},
        {"x": (2, 3, 1, 1), "training": False},
    ],
    draws={"x": unlike_channels, "running_var": positive},
    starts={"gamma": StartsAt(1), "beta": StartsAt(0), "running_mean": StartsAt(0), "running_var": StartsAt(1)},
    start=(4,),
    float32_rtol=1e-4,
)
SHAPE = (4, 3, 2, 5)


class TestForward(Forward, layer=BATCH_NORM):
    @pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
    def test_eps(self, solution: Solution, rng: np.random.Generator, training: bool) -> None:
        """the default eps is 1e-5, and is added to the variance inside the root"""
        x = 0.01 * unlike_channels(rng, SHAPE)
        x[:, 0] = 2.0
        theirs, ours = BATCH_NORM.runs(solution, rng, Case(3, x=x, training=training))
        BATCH_NORM.assign([theirs.target, ours.target], {"running_var": np.array([1e-5, 1e-4, 0.1])})
        assert_close(theirs.forward(), ours.forward(), "forward(x)")

    def test_training_by_default(self, solution: Solution, rng: np.random.Generator) -> None:
        """without the argument training, forward is in training"""
        told, _ = BATCH_NORM.runs(solution, rng, Case(3, x=SHAPE, training=True))
        assert_close(told.target.forward(told.inputs["x"]), told.forward(), "forward(x), compared with training=True")


class TestStatistics:
    @pytest.mark.parametrize(
        ("name", "momentum"),
        [("running_mean", None), ("running_mean", 0.35), ("running_var", 0.35)],
        ids=["mean", "mean, momentum 0.35", "variance, momentum 0.35"],
    )
    def test_update(self, solution: Solution, rng: np.random.Generator, name: str, momentum: float | None) -> None:
        """training moves the running statistics by `momentum` towards the batch, with its unbiased variance"""
        arguments = (2,) if momentum is None else (2, 1e-5, momentum)
        theirs, ours = solution.BatchNorm2d(*arguments), BatchNorm2d(*arguments)
        for shape in ((1, 2, 1, 2), (3, 2, 2, 3), (2, 2, 3, 2)):
            x = unlike_channels(rng, shape)
            theirs.forward(x)
            ours.forward(x)
            assert_close(getattr(theirs, name), getattr(ours, name), f"{name} after a batch of shape {shape}")

    def test_evaluation_reads_only(self, solution: Solution, rng: np.random.Generator) -> None:
        """evaluation leaves the running statistics as they are"""
        run, _ = BATCH_NORM.runs(solution, rng, Case(3, x=SHAPE, training=False))
        before = {name: np.array(getattr(run.target, name)) for name in BATCH_NORM.state}
        run.forward()
        for name, value in before.items():
            assert_close(getattr(run.target, name), value, f"{name} after an evaluation")

    def test_assigned_after_training(self, solution: Solution, rng: np.random.Generator) -> None:
        """evaluation uses running statistics that were assigned after training, as loading a checkpoint does"""
        theirs, ours = BATCH_NORM.runs(solution, rng, Case(3, x=SHAPE))
        theirs.forward()
        statistics = {"running_mean": rng.normal(size=3), "running_var": positive(rng, (3,))}
        BATCH_NORM.assign([theirs.target, ours.target], statistics)
        got = theirs.with_inputs(training=False).forward()
        assert_close(got, ours.with_inputs(training=False).forward(), "forward(x, training=False)")

    def test_train_then_evaluate(self, solution: Solution, rng: np.random.Generator) -> None:
        """evaluation after training uses what the batches have left"""
        theirs, ours = solution.BatchNorm2d(3, momentum=0.3), BatchNorm2d(3, momentum=0.3)
        for _ in range(3):
            x = unlike_channels(rng, SHAPE)
            theirs.forward(x)
            ours.forward(x)
        got = theirs.forward(x, training=False)
        assert_close(got, ours.forward(x, training=False), "forward(x, training=False)")


class TestGradient(Gradient, layer=BATCH_NORM): ...


class TestRobustness(Robustness, layer=BATCH_NORM): ...


class TestLayouts(Layouts, layer=BATCH_NORM): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "forward(x)",
            "`x` does not have `num_features` channels",
            lambda s, width: s.BatchNorm2d(3).forward(np.ones((4, width, 2, 5))),
            (4, 1),
            ("x", "num_features", "features", "channels", *SHAPE_WORDS),
        ),
    )
