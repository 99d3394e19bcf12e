"""Hidden tests of the kata adam."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import assert_no_warnings, fetch, gapped, read_only
from katas.shared.optimisers import (
    assert_each_as_alone,
    assert_independent,
    assert_layout_works,
    assert_rejects_count,
    assert_rejects_option,
    optimiser_pair,
    random_params,
    random_steps,
)
from reference.adam import Adam

GOOD = {"lr": 0.1, "betas": (0.5, 0.8)}


class TestUpdate:
    def test_defaults(self, solution: Any, rng: np.random.Generator) -> None:
        """lr is 0.001, betas (0.9, 0.999) and eps 1e-8 when they are not given"""
        params = random_params(rng)
        optimiser_pair(solution, Adam, params).follow(random_steps(rng, params, 3))

    @pytest.mark.parametrize(
        "options",
        [{"lr": 0.3}, {"betas": (0.8, 0.999)}, {"betas": (0.9, 0.95)}, {"betas": (0.7, 0.6)}, {"eps": 0.1}],
        ids=lambda options: ", ".join(f"{name} {value}" for name, value in options.items()),
    )
    def test_options(self, solution: Any, rng: np.random.Generator, options: dict[str, Any]) -> None:
        """three steps follow the formula with other options"""
        params = random_params(rng)
        optimiser_pair(solution, Adam, params, **options).follow(random_steps(rng, params, 3))

    def test_tiny_gradients(self, solution: Any, rng: np.random.Generator) -> None:
        """for gradients as small as eps, eps counts as it should: beside the root of the corrected v"""
        params = random_params(rng)
        optimiser_pair(solution, Adam, params).follow(random_steps(rng, params, 3, scale=1e-8))

    def test_by_position(self, solution: Any, rng: np.random.Generator) -> None:
        """lr, betas and eps may be given by position"""
        params = random_params(rng)
        pair = optimiser_pair(solution, Adam, params, lr=0.02, betas=(0.7, 0.8), eps=0.01)
        steps = random_steps(rng, params, 3)
        pair_by_position = solution.Adam(pair.arrays, 0.02, (0.7, 0.8), 0.01)
        for grads in steps:
            pair_by_position.step(grads)
            pair.ours.step(grads)
        pair.assert_same("after step 3")

    def test_trajectory(self, solution: Any, rng: np.random.Generator) -> None:
        """50 steps stay on the path of the formula"""
        params = random_params(rng)
        steps = random_steps(rng, params, 50)
        optimiser_pair(solution, Adam, params, lr=0.01).follow(steps, every=10)

    def test_bowl(self, solution: Any, rng: np.random.Generator) -> None:
        """it goes down a bowl to the minimum, fed with the gradient at its own parameters"""
        target, steepness = rng.normal(size=(2, 3)), rng.uniform(0.5, 2.0, (2, 3))
        pair = optimiser_pair(solution, Adam, [target + 1.0], lr=0.1, betas=(0.9, 0.99))
        for _ in range(30):
            pair.theirs.step([steepness * (fetch(pair.arrays[0]) - target)])
            pair.ours.step([steepness * (pair.params[0] - target)])
        pair.assert_same("after 30 steps")


class TestState:
    def test_first_step(self, solution: Any, rng: np.random.Generator) -> None:
        """the first step corrects the bias of both means, with t = 1"""
        params = random_params(rng)
        optimiser_pair(solution, Adam, params, lr=0.1, betas=(0.9, 0.99)).follow(random_steps(rng, params, 1))

    def test_fading(self, solution: Any, rng: np.random.Generator) -> None:
        """a large gradient is felt for some steps, less and less"""
        params = random_params(rng)
        steps = [*random_steps(rng, params, 1, scale=100.0), *random_steps(rng, params, 4)]
        optimiser_pair(solution, Adam, params, lr=0.1, betas=(0.5, 0.6)).follow(steps)

    def test_zero_gradient(self, solution: Any, rng: np.random.Generator) -> None:
        """an element whose gradient has always been zero stays where it is, without a warning"""
        params = random_params(rng)
        steps = random_steps(rng, params, 3)
        for grads in steps:
            for grad in grads:
                grad[..., 1] = 0.0
        optimiser_pair(solution, Adam, params, lr=0.1).follow(steps)
        assert_no_warnings(solution)

    def test_coasting(self, solution: Any, rng: np.random.Generator) -> None:
        """a parameter coasts on when its gradient has become zero"""
        params = random_params(rng)
        pair = optimiser_pair(solution, Adam, params, lr=0.1)
        pair.follow([*random_steps(rng, params, 2), *[[np.zeros_like(param) for param in params]] * 3])

    def test_one_clock(self, solution: Any, rng: np.random.Generator) -> None:
        """the steps are counted once per call, however many parameters there are"""
        params = random_params(rng, [(3,), (2, 2), (4,), (1, 3)])
        assert_each_as_alone(solution, Adam, params, random_steps(rng, params, 4), lr=0.1)

    def test_own_state(self, solution: Any, rng: np.random.Generator) -> None:
        """each parameter has two means of its own, even among equal shapes"""
        params = random_params(rng, [(3, 3)] * 3)
        assert_each_as_alone(solution, Adam, params, random_steps(rng, params, 3), lr=0.1, betas=(0.9, 0.99))

    def test_two_optimisers(self, solution: Any, rng: np.random.Generator) -> None:
        """two optimisers taking turns keep their own settings and means"""
        params = random_params(rng)
        one, other = {"lr": 0.1, "betas": (0.9, 0.99)}, {"lr": 0.03, "betas": (0.5, 0.8)}
        assert_independent(solution, Adam, params, random_steps(rng, params, 4), one, other)

    def test_fresh_start(self, solution: Any, rng: np.random.Generator) -> None:
        """a new optimiser for the same parameters knows nothing of the old one's means or count of steps"""
        params = random_params(rng)
        old = optimiser_pair(solution, Adam, params, lr=0.1, betas=(0.9, 0.99))
        old.follow(random_steps(rng, params, 2))
        new_theirs = solution.Adam(old.arrays, lr=0.1, betas=(0.9, 0.99))
        new_ours = Adam(old.params, lr=0.1, betas=(0.9, 0.99))
        for grads in random_steps(rng, params, 2):
            new_theirs.step(grads)
            new_ours.step(grads)
        old.assert_same("after two more steps of a new optimiser")

    def test_single_parameter(self, solution: Any, rng: np.random.Generator) -> None:
        """a list of one parameter works like any other"""
        params = random_params(rng, [(2, 5)])
        optimiser_pair(solution, Adam, params, lr=0.1, betas=(0.9, 0.99)).follow(random_steps(rng, params, 3))


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """gradients that are read-only or not contiguous work"""
        assert_layout_works(solution, Adam, rng, layout, lr=0.1, betas=(0.9, 0.99))

    def test_negative_rate(self, solution: Any) -> None:
        """a negative lr raises ValueError"""
        assert_rejects_option(solution, Adam, GOOD, "lr", -0.1, ("learning rate", "learning_rate"))

    @pytest.mark.parametrize("count", [1, 3], ids=["too few", "too many"])
    def test_gradient_count(self, solution: Any, count: int) -> None:
        """a number of gradients that is not that of the parameters raises ValueError"""
        assert_rejects_count(solution, Adam, count, **GOOD)
