"""Hidden tests of the kata adamw."""

from __future__ import annotations

import numpy as np
import pytest

from harness.testing import (
    GradientLayouts,
    Optimiser,
    Solution,
    State,
    Update,
    assert_no_warnings,
    random_params,
    random_steps,
)
from reference.adamw import AdamW

ADAMW = Optimiser(
    AdamW,
    "AdamW's formula",
    memory="two means",
    usual={"lr": 0.1, "betas": (0.9, 0.99), "weight_decay": 0.3},
    other={"lr": 0.03, "betas": (0.5, 0.8), "eps": 0.01, "weight_decay": 0.7},
    options={
        "lr 0.3": {"lr": 0.3},
        "betas (0.8, 0.95)": {"betas": (0.8, 0.95)},
        "betas (0.7, 0.6)": {"betas": (0.7, 0.6)},
        "eps 0.1": {"eps": 0.1},
        "weight_decay 0.2, lr 0.05": {"lr": 0.05, "weight_decay": 0.2},
        "weight_decay 2": {"weight_decay": 2.0},
    },
)


class TestUpdate(Update, optimiser=ADAMW):
    def test_no_decay(self, solution: Solution, rng: np.random.Generator) -> None:
        """with weight_decay 0 it is Adam"""
        params = random_params(rng)
        options = {"lr": 0.05, "betas": (0.9, 0.99), "weight_decay": 0.0}
        ADAMW.pair(solution, params, options).follow(random_steps(rng, params, 3))

    def test_tiny_gradients(self, solution: Solution, rng: np.random.Generator) -> None:
        """for gradients as small as eps, eps is added to the root of the corrected v"""
        params = random_params(rng)
        ADAMW.pair(solution, params, {"weight_decay": 0.0}).follow(random_steps(rng, params, 3, scale=1e-8))


class TestState(State, optimiser=ADAMW):
    @pytest.mark.parametrize("count", [1, 5], ids=["one step", "five steps"])
    def test_pure_decay(self, solution: Solution, rng: np.random.Generator, count: int) -> None:
        """with gradients of zero the parameters shrink by lr * weight_decay in each step, without a warning"""
        params = random_params(rng)
        zero = [np.zeros_like(param) for param in params]
        ADAMW.pair(solution, params).follow([zero] * count)
        assert_no_warnings(solution)

    def test_large_parameters(self, solution: Solution, rng: np.random.Generator) -> None:
        """the decay leaves no trace in the two means, however large the parameters are"""
        params = [1000.0 * param for param in random_params(rng)]
        ADAMW.pair(solution, params).follow(random_steps(rng, params, 4))


class TestLayouts(GradientLayouts, optimiser=ADAMW): ...
