"""Hidden tests of the kata avgpool."""

from __future__ import annotations

import numpy as np

from harness.testing import (
    Case,
    Errors,
    Forward,
    Gradient,
    Layer,
    Layouts,
    Rejection,
    Robustness,
)
from reference.avgpool import AvgPool2d

AVG_POOL = Layer(
    AvgPool2d,
    "the mean of every window",
    # kernel_size, stride
    cases={
        "side by side": Case(2, x=(2, 3, 6, 4)),
        "overlapping": Case(3, 2, x=(2, 2, 7, 9)),
        "one pixel apart": Case(3, 1, x=(1, 2, 5, 4)),
        "pixels left over": Case(3, x=(2, 2, 8, 7)),
        "gaps": Case(2, 3, x=(3, 1, 7, 8)),
        "single pixels": Case(1, 2, x=(2, 2, 5, 4)),
        "one window": Case(4, None, x=(1, 1, 4, 4)),
        "many zeros": Case(2, x=lambda rng: np.maximum(rng.normal(size=(2, 2, 4, 4)), 0.0)),
    },
    own=("side by side", "overlapping", "gaps"),
    correct=("side by side", "overlapping", "one pixel apart", "pixels left over", "gaps"),
    batches=[{"x": shape} for shape in ((3, 2, 7, 6), (3, 2, 7, 6), (1, 2, 8, 8), (2, 1, 4, 9))],
    keeps_dtype=True,
)


class TestForward(Forward, layer=AVG_POOL): ...


class TestGradient(Gradient, layer=AVG_POOL): ...


class TestRobustness(Robustness, layer=AVG_POOL): ...


class TestLayouts(Layouts, layer=AVG_POOL): ...


class TestErrors(Errors):
    rejections = (
        Rejection(
            "AvgPool2d(...)", "`kernel_size` is below 1", lambda s, v: s.AvgPool2d(v), (0, -1), ("kernel_size", "kernel")
        ),
        Rejection("AvgPool2d(...)", "`stride` is below 1", lambda s, v: s.AvgPool2d(2, stride=v), (0, -1), "stride"),
        Rejection(
            "forward(x)",
            "`kernel_size` is larger than `x`",
            lambda s, shape: s.AvgPool2d(4).forward(np.ones(shape)),
            ((2, 1, 3, 6), (2, 1, 6, 3)),
            ("kernel_size", "kernel"),
            shown=lambda shape: 4,
        ),
    )
