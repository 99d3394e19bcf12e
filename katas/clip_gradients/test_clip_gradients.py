"""Hidden tests of the kata clip-gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    Errors,
    Rejection,
    Solution,
    assert_close,
    assert_no_warnings,
    fetch,
    gapped,
    put,
)
from reference.clip_gradients import clip_grad_norm

SHAPES = ((3, 4), (4,), (2, 3, 2), (1,))


def gradients(rng: np.random.Generator, scale: float = 1.0) -> list[np.ndarray]:
    """Gradients of several shapes, whose norms differ."""
    return [scale * rng.uniform(0.5, 3.0) * rng.normal(size=shape) for shape in SHAPES]


def clip(solution: Solution, grads: Sequence[np.ndarray], *options: float) -> tuple[Any, list[np.ndarray]]:
    """What the solution returns, and the arrays of the gradients' owner afterwards."""
    arrays = [put(solution, grad) for grad in grads]
    return solution.clip_grad_norm(arrays, *options), [fetch(array) for array in arrays]


def assert_clips(solution: Solution, grads: Sequence[np.ndarray], *options: float) -> None:
    """Fail unless the solution returns the reference's norm and leaves the reference's gradients."""
    norm, got = clip(solution, grads, *options)
    ours = [grad.copy() for grad in grads]
    assert_close(norm, clip_grad_norm(ours, *options), "the norm")
    for i, (value, expected) in enumerate(zip(got, ours, strict=True)):
        assert_close(value, expected, f"grads[{i}]")


class TestValues:
    def test_example(self, solution: Solution) -> None:
        """[3, 0] and [0, 4] with max_norm 1 have norm 5 and become [0.59999988, 0] and [0, 0.79999984]"""
        assert_clips(solution, [np.array([3.0, 0.0]), np.array([0.0, 4.0])], 1.0)

    @pytest.mark.parametrize("max_norm", [1.0, 2.5, 0.01])
    def test_clipped(self, solution: Solution, rng: np.random.Generator, max_norm: float) -> None:
        """gradients that are too long are scaled by one factor for all arrays"""
        assert_clips(solution, gradients(rng), max_norm)

    def test_single(self, solution: Solution, rng: np.random.Generator) -> None:
        """a single array is clipped too"""
        assert_clips(solution, [rng.normal(size=(5, 6))], 0.7)

    def test_shorter(self, solution: Solution, rng: np.random.Generator) -> None:
        """gradients that are shorter than max_norm stay as they are, bit for bit"""
        grads = gradients(rng)
        norm, got = clip(solution, grads, 50.0, 0.5)
        assert_close(norm, clip_grad_norm([grad.copy() for grad in grads], 50.0, 0.5), "the norm")
        for i, (value, before) in enumerate(zip(got, grads, strict=True)):
            assert_close(value, before, f"grads[{i}]", rtol=0.0)

    def test_eps(self, solution: Solution, rng: np.random.Generator) -> None:
        """eps is added to the norm in the denominator, and not to what is returned"""
        assert_clips(solution, gradients(rng), 3.0, 2.0)

    def test_default_eps(self, solution: Solution, rng: np.random.Generator) -> None:
        """eps is 1e-6 when it is not given: it shows where norm and max_norm are as small"""
        assert_clips(solution, gradients(rng, 1e-6), 1e-6)

    def test_direction(self, solution: Solution, rng: np.random.Generator) -> None:
        """the direction stays, and the norm afterwards is max_norm"""
        grads = gradients(rng)
        _, got = clip(solution, grads, 0.5, 0.0)
        before, after = (np.concatenate([np.ravel(a) for a in arrays]) for arrays in (grads, got))
        assert_close(after, 0.5 * before / np.linalg.norm(before), "all gradients in one vector")


class TestRobustness:
    @pytest.mark.parametrize("sign", ["both signs", "negative"])
    def test_huge(self, solution: Solution, rng: np.random.Generator, sign: str) -> None:
        """elements of 1e200, whose squares overflow, are clipped correctly, without a warning"""
        grads = [1e200 * grad if sign == "both signs" else -1e200 * np.abs(grad) for grad in gradients(rng)]
        assert_clips(solution, grads, 1.0)
        assert_no_warnings(solution)

    def test_zero(self, solution: Solution) -> None:
        """gradients of zeros have norm 0 and stay zero, without a warning"""
        assert_clips(solution, [np.zeros((2, 3)), np.zeros(4)], 1.0)
        assert_no_warnings(solution)

    def test_empty(self, solution: Solution) -> None:
        """an empty list has norm 0"""
        assert_clips(solution, [], 1.0)


class TestLayouts:
    @pytest.mark.parametrize("layout", [gapped, np.asfortranarray], ids=["gapped", "Fortran order"])
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """gradients that are views of larger arrays, or laid out by columns, are clipped in place"""
        grads = gradients(rng)
        norm, expected = clip(solution, grads, 1.0)
        same_norm, got = clip(solution, [layout(grad) for grad in grads], 1.0)
        assert_close(same_norm, np.asarray(norm), "the norm, compared with ordinary arrays")
        for i, (value, usual) in enumerate(zip(got, expected, strict=True)):
            assert_close(value, usual, f"grads[{i}], compared with ordinary arrays")
            assert_close(np.any(value != grads[i]), np.True_, f"whether grads[{i}] has changed")


class TestErrors(Errors):
    rejections = (
        Rejection(
            "clip_grad_norm(...)",
            "`max_norm` is zero or negative",
            lambda s, v: s.clip_grad_norm([np.ones(3)], v),
            (0.0, -1.5),
            "max_norm",
        ),
    )
