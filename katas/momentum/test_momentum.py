"""Hidden tests of the kata momentum."""

from __future__ import annotations

import numpy as np

from harness.testing import Errors, GradientLayouts, Optimiser, Rejection, State, Update
from reference.momentum import Momentum

OPTIMISER = Optimiser(
    Momentum,
    "v = momentum * v - lr * g, p = p + v",
    memory="a velocity",
    usual={"lr": 0.1, "momentum": 0.85},
    other={"lr": 0.03, "momentum": 0.55},
    options={
        "momentum 0": {"lr": 0.05, "momentum": 0.0},
        "momentum 0.5": {"lr": 0.05, "momentum": 0.5},
        "momentum 0.97": {"lr": 0.02, "momentum": 0.97},
    },
)


class TestUpdate(Update, optimiser=OPTIMISER): ...


class TestState(State, optimiser=OPTIMISER): ...


class TestLayouts(GradientLayouts, optimiser=OPTIMISER): ...


PARAMS = (np.array([1.0, -2.0]), np.array([0.5, 3.0]))


class TestErrors(Errors):
    rejections = (
        Rejection(
            "Momentum(...)",
            "`lr` is zero or negative",
            lambda s, v: s.Momentum(PARAMS, lr=v),
            (0, -0.1),
            ("lr", "learning rate"),
        ),
        Rejection(
            "Momentum(...)",
            "`momentum` is outside [0, 1)",
            lambda s, v: s.Momentum(PARAMS, momentum=v),
            (1.0, -0.1),
            "momentum",
        ),
        Rejection(
            "step(grads)",
            "`grads` is not as long as `params`",
            lambda s, count: s.Momentum(PARAMS).step([np.ones(2)] * count),
            (1, 3),
            ("grads", "gradients", "params", "parameters", "length", "argument"),  # the last is zip's own word
            shown=None,
        ),
    )
