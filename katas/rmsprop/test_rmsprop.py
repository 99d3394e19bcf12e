"""Hidden tests of the kata rmsprop."""

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
from reference.rmsprop import RMSprop

OPTIMISER = Optimiser(
    RMSprop,
    "s = alpha * s + (1 - alpha) * g**2, p = p - lr * g / (sqrt(s) + eps)",
    memory="a mean square",
    usual={"lr": 0.1, "alpha": 0.9},
    other={"lr": 0.03, "alpha": 0.55, "eps": 0.01},
    options={
        "lr 0.3": {"lr": 0.3},
        "alpha 0.9": {"alpha": 0.9},
        "alpha 0.45": {"alpha": 0.45},
        "alpha 0": {"alpha": 0.0},
        "eps 0.1": {"eps": 0.1},
    },
)


class TestUpdate(Update, optimiser=OPTIMISER):
    def test_tiny_gradients(self, solution: Solution, rng: np.random.Generator) -> None:
        """for gradients as small as eps, eps is added to the root"""
        params = random_params(rng)
        OPTIMISER.pair(solution, params, {}).follow(random_steps(rng, params, 3, scale=1e-8))


class TestState(State, optimiser=OPTIMISER):
    def test_fading(self, solution: Solution, rng: np.random.Generator) -> None:
        """a large gradient shortens the steps after it, less and less"""
        params = random_params(rng)
        steps = [*random_steps(rng, params, 1, scale=100.0), *random_steps(rng, params, 4)]
        OPTIMISER.pair(solution, params, {"lr": 0.1, "alpha": 0.6}).follow(steps)

    def test_zero_gradient(self, solution: Solution, rng: np.random.Generator) -> None:
        """an element whose gradient has always been zero stays where it is, without a warning"""
        params = random_params(rng)
        steps = random_steps(rng, params, 3)
        for grads in steps:
            for grad in grads:
                grad[..., 1] = 0.0
        OPTIMISER.pair(solution, params).follow(steps)
        assert_no_warnings(solution)


class TestLayouts(GradientLayouts, optimiser=OPTIMISER): ...


PARAMS = (np.array([1.0, -2.0]), np.array([0.5, 3.0]))


class TestErrors(Errors):
    rejections = (
        Rejection(
            "RMSprop(...)",
            "`lr` is zero or negative",
            lambda s, v: s.RMSprop(PARAMS, lr=v),
            (0, -0.1),
            ("lr", "learning rate"),
        ),
        Rejection(
            "RMSprop(...)",
            "`alpha` is outside [0, 1)",
            lambda s, v: s.RMSprop(PARAMS, alpha=v),
            (1.0, -0.1),
            "alpha",
        ),
        Rejection(
            "step(grads)",
            "`grads` is not as long as `params`",
            lambda s, count: s.RMSprop(PARAMS).step([np.ones(2)] * count),
            (1, 3),
            ("grads", "gradients", "params", "parameters", "length", "argument"),  # the last is zip's own word
            shown=None,
        ),
    )
