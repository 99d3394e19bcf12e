"""Hidden tests of the kata adam."""

from __future__ import annotations

import numpy as np

from harness.testing import (
    Errors,
    GradientLayouts,
    Optimiser,
    Rejection,
    Solution,
    State,
    Update,
    assert_no_warnings,
    random_params,
    random_steps,
)
from reference.adam import Adam

ADAM = Optimiser(
    Adam,
    "Adam's formula",
    memory="two means",
    usual={"lr": 0.1, "betas": (0.9, 0.99)},
    other={"lr": 0.03, "betas": (0.5, 0.8), "eps": 0.01},
    options={
        "lr 0.3": {"lr": 0.3},
        "betas (0.8, 0.999)": {"betas": (0.8, 0.999)},
        "betas (0.9, 0.95)": {"betas": (0.9, 0.95)},
        "betas (0.7, 0.6)": {"betas": (0.7, 0.6)},
        "betas (0, 0)": {"lr": 0.01, "betas": (0.0, 0.0)},
        "eps 0.1": {"eps": 0.1},
    },
)


class TestUpdate(Update, optimiser=ADAM):
    def test_tiny_gradients(self, solution: Solution, rng: np.random.Generator) -> None:
        """for gradients as small as eps, eps is added to the root of the corrected v"""
        params = random_params(rng)
        ADAM.pair(solution, params, {}).follow(random_steps(rng, params, 3, scale=1e-8))


class TestState(State, optimiser=ADAM):
    def test_fading(self, solution: Solution, rng: np.random.Generator) -> None:
        """a large gradient is felt for some steps, less and less"""
        params = random_params(rng)
        steps = [*random_steps(rng, params, 1, scale=100.0), *random_steps(rng, params, 4)]
        ADAM.pair(solution, params, {"lr": 0.1, "betas": (0.5, 0.6)}).follow(steps)

    def test_zero_gradient(self, solution: Solution, rng: np.random.Generator) -> None:
        """an element whose gradient has always been zero stays where it is, without a warning"""
        params = random_params(rng)
        steps = random_steps(rng, params, 3)
        for grads in steps:
            for grad in grads:
                grad[..., 1] = 0.0
        ADAM.pair(solution, params).follow(steps)
        assert_no_warnings(solution)


class TestLayouts(GradientLayouts, optimiser=ADAM): ...


PARAMS = (np.array([1.0, -2.0]), np.array([0.5, 3.0]))


class TestErrors(Errors):
    rejections = (
        Rejection(
            "Adam(...)",
            "`lr` is zero or negative",
            lambda s, v: s.Adam(PARAMS, lr=v),
            (0, -0.1),
            ("lr", "learning rate"),
        ),
        Rejection(
            "Adam(...)",
            "one of `betas` is outside [0, 1)",
            lambda s, v: s.Adam(PARAMS, betas=v),
            ((1.0, 0.999), (0.9, 1.0), (-0.1, 0.9), (0.9, -0.1)),
            ("betas", "beta"),
        ),
        Rejection(
            "step(grads)",
            "`grads` is not as long as `params`",
            lambda s, count: s.Adam(PARAMS).step([np.ones(2)] * count),
            (1, 3),
            ("grads", "gradients", "params", "parameters", "length", "argument"),  # the last is zip's own word
            shown=None,
        ),
    )
