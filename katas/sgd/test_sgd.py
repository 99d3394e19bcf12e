"""Hidden tests of the kata sgd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.testing import fetch, gapped, read_only
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
from reference.sgd import SGD

GOOD = {"lr": 0.1, "momentum": 0.5}


class TestUpdate:
    def test_plain(self, solution: Any, rng: np.random.Generator) -> None:
        """without momentum every step is p - lr * g"""
        params = random_params(rng)
        optimiser_pair(solution, SGD, params, lr=0.1).follow(random_steps(rng, params, 3))

    @pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
    def test_momentum(self, solution: Any, rng: np.random.Generator, momentum: float) -> None:
        """three steps follow v = momentum * v + g, p = p - lr * v"""
        params = random_params(rng)
        optimiser_pair(solution, SGD, params, lr=0.05, momentum=momentum).follow(random_steps(rng, params, 3))

    def test_by_position(self, solution: Any, rng: np.random.Generator) -> None:
        """lr and momentum may be given by position"""
        params = random_params(rng)
        pair = optimiser_pair(solution, SGD, params, lr=0.02, momentum=0.7)
        steps = random_steps(rng, params, 3)
        pair_by_position = solution.SGD(pair.arrays, 0.02, 0.7)
        for grads in steps:
            pair_by_position.step(grads)
            pair.ours.step(grads)
        pair.assert_same("after step 3")

    def test_trajectory(self, solution: Any, rng: np.random.Generator) -> None:
        """50 steps with momentum stay on the path of the formula"""
        params = random_params(rng)
        steps = random_steps(rng, params, 50)
        optimiser_pair(solution, SGD, params, lr=0.01, momentum=0.9).follow(steps, every=10)

    def test_bowl(self, solution: Any, rng: np.random.Generator) -> None:
        """it goes down a bowl to the minimum, fed with the gradient at its own parameters"""
        target, steepness = rng.normal(size=(2, 3)), rng.uniform(0.5, 2.0, (2, 3))
        pair = optimiser_pair(solution, SGD, [target + 1.0], lr=0.3, momentum=0.3)
        for _ in range(30):
            pair.theirs.step([steepness * (fetch(pair.arrays[0]) - target)])
            pair.ours.step([steepness * (pair.params[0] - target)])
        pair.assert_same("after 30 steps")


class TestState:
    def test_first_step(self, solution: Any, rng: np.random.Generator) -> None:
        """the velocity starts at zero, so that the first step is a plain one"""
        params = random_params(rng)
        optimiser_pair(solution, SGD, params, lr=0.1, momentum=0.9).follow(random_steps(rng, params, 1))

    def test_coasting(self, solution: Any, rng: np.random.Generator) -> None:
        """a parameter coasts on when its gradient has become zero"""
        params = random_params(rng)
        pair = optimiser_pair(solution, SGD, params, lr=0.1, momentum=0.8)
        pair.follow([*random_steps(rng, params, 2), *[[np.zeros_like(param) for param in params]] * 3])

    def test_own_velocity(self, solution: Any, rng: np.random.Generator) -> None:
        """each parameter has a velocity of its own, even among equal shapes"""
        params = random_params(rng, [(3, 3)] * 3)
        assert_each_as_alone(solution, SGD, params, random_steps(rng, params, 3), lr=0.1, momentum=0.9)

    def test_two_optimisers(self, solution: Any, rng: np.random.Generator) -> None:
        """two optimisers taking turns keep their own settings and velocities"""
        params = random_params(rng)
        one, other = {"lr": 0.1, "momentum": 0.9}, {"lr": 0.03, "momentum": 0.5}
        assert_independent(solution, SGD, params, random_steps(rng, params, 4), one, other)

    def test_fresh_start(self, solution: Any, rng: np.random.Generator) -> None:
        """a new optimiser for the same parameters knows nothing of the old one's velocity"""
        params = random_params(rng)
        old = optimiser_pair(solution, SGD, params, lr=0.1, momentum=0.9)
        old.follow(random_steps(rng, params, 2))
        new_theirs = solution.SGD(old.arrays, lr=0.1, momentum=0.9)
        new_ours = SGD(old.params, lr=0.1, momentum=0.9)
        for grads in random_steps(rng, params, 2):
            new_theirs.step(grads)
            new_ours.step(grads)
        old.assert_same("after two more steps of a new optimiser")

    def test_single_parameter(self, solution: Any, rng: np.random.Generator) -> None:
        """a list of one parameter works like any other"""
        params = random_params(rng, [(2, 5)])
        optimiser_pair(solution, SGD, params, lr=0.1, momentum=0.9).follow(random_steps(rng, params, 3))


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """gradients that are read-only or not contiguous work"""
        assert_layout_works(solution, SGD, rng, layout, lr=0.1, momentum=0.9)

    @pytest.mark.parametrize(("name", "value"), [("lr", 0), ("lr", -0.1), ("momentum", 1.0), ("momentum", -0.1)])
    def test_bad_option(self, solution: Any, name: str, value: float) -> None:
        """an option outside its range raises ValueError"""
        words = ("learning rate", "learning_rate") if name == "lr" else ()
        assert_rejects_option(solution, SGD, GOOD, name, value, words)

    @pytest.mark.parametrize("count", [1, 3], ids=["too few", "too many"])
    def test_gradient_count(self, solution: Any, count: int) -> None:
        """a number of gradients that is not that of the parameters raises ValueError"""
        assert_rejects_count(solution, SGD, count, **GOOD)
