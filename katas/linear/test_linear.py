"""Hidden tests of the kata linear."""

from __future__ import annotations

import numpy as np

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
    StartsAt,
    StartsNormal,
)
from reference.linear import Linear

LINEAR = Layer(
    Linear,
    "x @ weight + bias",
    parameters=("weight", "bias"),
    cases={
        "tall": Case(5, 3, x=(4, 5)),
        "square": Case(4, 4, x=(4, 4)),
        "single": Case(3, 1, x=(1, 3)),
    },
    own=("tall",),
    starts={"weight": StartsNormal(np.sqrt(2 / 400), "N(0, 2 / in_features)"), "bias": StartsAt(0)},
    start=(400, 100),
)


class TestForward(Forward, layer=LINEAR): ...


class TestGradient(Gradient, layer=LINEAR): ...


class TestRobustness(Robustness, layer=LINEAR): ...


class TestLayouts(Layouts, layer=LINEAR): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "forward(x)",
            "`x` does not have `in_features` columns",
            lambda s, width: s.Linear(4, 3).forward(np.ones((2, width))),
            (5, 3, 1),
            ("x", "in_features", *SHAPE_WORDS),
        ),
    )
