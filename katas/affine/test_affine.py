"""Hidden tests of the kata affine."""

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
from reference.affine import Affine

AFFINE = Layer(
    Affine,
    "rows(x) @ weight + bias, for x of any shape",
    parameters=("weight", "bias"),
    cases={
        "images": Case(12, 4, x=(3, 2, 3, 2)),
        "rows": Case(6, 3, x=(4, 6)),
        "sequences": Case(8, 3, x=(3, 2, 4)),
        "square weight": Case(16, 16, x=(3, 4, 2, 2)),
        "batch of one": Case(6, 3, x=(1, 2, 1, 3)),
        "one feature": Case(1, 1, x=(3, 1)),
    },
    own=("images",),
    correct=("images", "rows", "square weight"),
    batches=[{"x": shape} for shape in ((5, 2, 3, 2), (2, 2, 3, 2), (2, 3, 4), (1, 12))],
    starts={"weight": StartsNormal(np.sqrt(2 / 400), "N(0, 2 / in_features)"), "bias": StartsAt(0)},
    start=(400, 100),
)


class TestForward(Forward, layer=AFFINE): ...


class TestGradient(Gradient, layer=AFFINE): ...


class TestRobustness(Robustness, layer=AFFINE): ...


class TestLayouts(Layouts, layer=AFFINE): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "forward(x)",
            "a sample of `x` does not have `in_features` numbers",
            lambda s, shape: s.Affine(4, 3).forward(np.ones(shape)),
            ((2, 5), (2, 2, 4), (3, 2, 1)),
            ("x", "in_features", "features", *SHAPE_WORDS),
            shown=None,  # a shape or a product may be shown
        ),
    )
