"""Hidden tests of the kata batchnorm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import (
    SHAPE_WORDS,
    LayerCase,
    assert_close,
    assert_own_gradient,
    assert_reference_gradient,
    assert_rejects,
    by_position,
    fill,
    gapped,
    read_only,
    share_parameters,
)
from reference.batchnorm import BatchNorm2d

Shape = tuple[int, ...]

PARAMETERS = ("gamma", "beta")
GRADIENTS = ("d_x", "d_gamma", "d_beta")
EVALUATION = {"training": False}


def layer_pair(solution: Any, rng: np.random.Generator, width: int, **options: Any) -> tuple[Any, BatchNorm2d]:
    """The learner's layer and the reference, with the same random parameters and running statistics."""
    theirs, ours = solution.BatchNorm2d(width, *by_position(BatchNorm2d, options)), BatchNorm2d(width, **options)
    share_parameters(theirs, ours, rng, (*PARAMETERS, "running_mean"))
    running_var = rng.uniform(0.2, 2.0, width)
    theirs.running_var, ours.running_var = running_var, running_var.copy()
    return theirs, ours


def batch(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A batch whose channels differ in mean and scale."""
    width = shape[1]
    mean, scale = rng.normal(size=width), rng.uniform(0.5, 1.5, width)
    return rng.normal(size=shape) * scale[:, None, None] + mean[:, None, None]


def in_modes(*gradients: tuple[str, bool]) -> pytest.MarkDecorator:
    """Parametrises a check by pairs of a gradient's name and `training`."""
    ids = [name if training else f"{name} after evaluation" for name, training in gradients]
    return pytest.mark.parametrize(("name", "training"), gradients, ids=ids)


class TestForward:
    @pytest.mark.parametrize(
        "shape", [(4, 3, 5, 2), (1, 1, 3, 4), (6, 3, 1, 1)], ids=["batch", "one channel", "single pixels"]
    )
    def test_training(self, solution: Any, rng: np.random.Generator, shape: Shape) -> None:
        """in training x is normalised with the mean and the biased variance of the batch"""
        theirs, ours = layer_pair(solution, rng, shape[1])
        x = batch(rng, shape)
        assert_close(theirs.forward(x, training=True), ours.forward(x), "forward(x, training=True)")

    @pytest.mark.parametrize("shape", [(3, 2, 4, 3), (1, 3, 1, 1)], ids=["batch", "one pixel"])
    def test_evaluation(self, solution: Any, rng: np.random.Generator, shape: Shape) -> None:
        """in evaluation x is normalised with the running statistics"""
        theirs, ours = layer_pair(solution, rng, shape[1])
        x = batch(rng, shape)
        assert_close(theirs.forward(x, training=False), ours.forward(x, **EVALUATION), "forward(x, training=False)")

    @pytest.mark.parametrize(
        ("options", "training"),
        [({}, True), ({"eps": 0.3}, True), ({"eps": 0.3}, False)],
        ids=["default", "eps=0.3", "eps=0.3 in evaluation"],
    )
    def test_eps(self, solution: Any, rng: np.random.Generator, options: dict[str, Any], training: bool) -> None:
        """eps is added to the variance, inside the root"""
        theirs, ours = layer_pair(solution, rng, 3, **options)
        theirs.running_var = ours.running_var = np.array([1e-5, 1e-4, 0.1])
        x = 0.01 * batch(rng, (4, 3, 2, 5))
        x[:, 0] = 2.0
        assert_close(theirs.forward(x, training=training), ours.forward(x, training=training), "forward(x)")

    def test_parameters_in_place(self, solution: Any, rng: np.random.Generator) -> None:
        """forward uses parameters that were changed in place"""
        theirs, ours = solution.BatchNorm2d(3), BatchNorm2d(3)
        for name in PARAMETERS:
            value = rng.normal(size=3)
            fill(theirs, name, value)
            setattr(ours, name, value)
        x = batch(rng, (4, 3, 2, 5))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")


class TestStatistics:
    @pytest.mark.parametrize(
        ("one", "zero"), [("gamma", "beta"), ("running_var", "running_mean")], ids=["parameters", "statistics"]
    )
    def test_start(self, solution: Any, one: str, zero: str) -> None:
        """gamma and running_var start at 1, beta and running_mean at 0, with one value for each channel"""
        layer = solution.BatchNorm2d(4)
        assert_close(getattr(layer, one), np.ones(4), one)
        assert_close(getattr(layer, zero), np.zeros(4), zero)

    @pytest.mark.parametrize(
        ("name", "options"),
        [("running_mean", {}), ("running_mean", {"momentum": 0.35}), ("running_var", {"momentum": 0.35})],
        ids=["mean", "mean, momentum=0.35", "variance, momentum=0.35"],
    )
    def test_update(self, solution: Any, rng: np.random.Generator, name: str, options: dict[str, Any]) -> None:
        """training moves the running statistics by `momentum` towards the batch, with its unbiased variance"""
        theirs, ours = solution.BatchNorm2d(2, **options), BatchNorm2d(2, **options)
        for shape in ((1, 2, 1, 2), (3, 2, 2, 3), (2, 2, 3, 2)):
            x = batch(rng, shape)
            theirs.forward(x)
            ours.forward(x)
            assert_close(getattr(theirs, name), getattr(ours, name), name)

    def test_evaluation_reads_only(self, solution: Any, rng: np.random.Generator) -> None:
        """evaluation leaves the running statistics as they are"""
        theirs, ours = layer_pair(solution, rng, 3)
        x = batch(rng, (4, 3, 2, 5))
        for name in ("running_mean", "running_var"):
            assert_close(theirs.forward(x, training=False), ours.forward(x, **EVALUATION), "forward(x, training=False)")
            assert_close(getattr(theirs, name), getattr(ours, name), name)

    def test_train_then_evaluate(self, solution: Any, rng: np.random.Generator) -> None:
        """evaluation after training uses what the batches have left"""
        theirs, ours = solution.BatchNorm2d(3, momentum=0.3), BatchNorm2d(3, momentum=0.3)
        for _ in range(3):
            x = batch(rng, (4, 3, 2, 5))
            theirs.forward(x)
            ours.forward(x)
        assert_close(theirs.forward(x, training=False), ours.forward(x, **EVALUATION), "forward(x, training=False)")


class TestGradient:
    @in_modes(("d_x", True), ("d_gamma", True), ("d_beta", True), ("d_x", False))
    def test_own_forward(self, solution: Any, rng: np.random.Generator, name: str, training: bool) -> None:
        """backward is the derivative of your own forward pass"""
        theirs, _ = layer_pair(solution, rng, 2, eps=0.1)
        assert_own_gradient(LayerCase(theirs, batch(rng, (3, 2, 2, 4)), PARAMETERS, {"training": training}), name, rng)

    @in_modes(("d_x", True), ("d_gamma", True), ("d_beta", True), ("d_x", False), ("d_gamma", False))
    def test_reference(self, solution: Any, rng: np.random.Generator, name: str, training: bool) -> None:
        """backward gives the right gradient"""
        theirs, ours = layer_pair(solution, rng, 4)
        case = LayerCase(theirs, batch(rng, (4, 4, 3, 2)), PARAMETERS, {"training": training})
        assert_reference_gradient(case, ours, name, rng)

    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever its batch and its mode"""
        theirs, ours = layer_pair(solution, rng, 2)
        for shape, training in (
            ((3, 2, 2, 3), True),
            ((3, 2, 2, 3), False),
            ((1, 2, 3, 3), True),
            ((2, 2, 1, 1), False),
        ):
            for name in GRADIENTS:
                case = LayerCase(theirs, batch(rng, shape), PARAMETERS, {"training": training})
                assert_reference_gradient(case, ours, name, rng)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or laid out differently work, forward and backward"""
        theirs, ours = layer_pair(solution, rng, 3)
        case = LayerCase(theirs, layout(batch(rng, (4, 3, 2, 5))), PARAMETERS)
        d_out = layout(rng.normal(size=(4, 3, 2, 5)))
        assert_close(case.forward(), ours.forward(case.x), "forward(x)")
        for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
            assert_close(case.backward(d_out)[name], expected, name)

    def test_float32_input(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 input works, forward and backward"""
        theirs, ours = layer_pair(solution, rng, 3)
        case = LayerCase(theirs, batch(rng, (4, 3, 2, 5)).astype(np.float32), PARAMETERS)
        d_out = rng.normal(size=(4, 3, 2, 5)).astype(np.float32)
        assert_close(case.forward(), ours.forward(case.x), "forward(x)", rtol=1e-4)
        for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
            assert_close(case.backward(d_out)[name], expected, name, rtol=1e-4)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers do not share what they remember"""
        (first, ours), (second, _) = layer_pair(solution, rng, 3), layer_pair(solution, rng, 3)
        case, d_out = LayerCase(first, batch(rng, (4, 3, 2, 5)), PARAMETERS), rng.normal(size=(4, 3, 2, 5))
        case.forward()
        second.forward(batch(rng, (4, 3, 2, 5)))
        ours.forward(case.x)
        assert_close(first.running_mean, ours.running_mean, "running_mean of the first layer")
        for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
            assert_close(case.backward(d_out)[name], expected, f"{name} of the first layer")

    @pytest.mark.parametrize("width", [4, 1], ids=["too many", "too few"])
    def test_wrong_width(self, solution: Any, rng: np.random.Generator, width: int) -> None:
        """x with the wrong number of channels raises ValueError"""
        theirs, ours = layer_pair(solution, rng, 3)
        x = batch(rng, (4, 3, 2, 5))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        names = ("x", "num_features", "features", "channels", *SHAPE_WORDS)
        assert_rejects(lambda: theirs.forward(batch(rng, (4, width, 2, 5))), names, width)
