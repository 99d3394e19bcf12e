"""Hidden tests of the kata conv2d."""

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
from reference.conv2d import Conv2d

CONV = Layer(
    Conv2d,
    "the cross-correlation plus the bias",
    parameters=("weight", "bias"),
    # channels, kernels, kernel_size, stride, padding
    cases={
        "plain": Case(2, 3, 3, x=(2, 2, 4, 5)),
        "padding 1": Case(2, 3, 3, 1, 1, x=(2, 2, 4, 7)),
        "oblong kernel": Case(2, 3, (2, 3), x=(2, 2, 6, 5)),
        "stride 2": Case(2, 2, 3, 2, x=(1, 2, 7, 5)),
        "stride leaves a rest": Case(2, 2, 3, 2, 1, x=(1, 2, 4, 6)),
        "stride 3, padding 2": Case(2, 2, (3, 2), 3, 2, x=(2, 2, 5, 6)),
        "padding 2": Case(2, 2, (2, 3), 1, 2, x=(1, 2, 3, 4)),
        "1x1 kernel": Case(4, 2, 1, x=(3, 4, 2, 3)),
        "kernel as large as the image": Case(2, 3, (3, 4), x=(2, 2, 3, 4)),
        "one channel, one image": Case(1, 1, 2, x=(1, 1, 4, 4)),
    },
    own=("plain", "stride leaves a rest"),
    correct=("plain", "oblong kernel", "stride 3, padding 2", "padding 2", "kernel as large as the image"),
    batches=[{"x": shape} for shape in ((3, 2, 5, 4), (3, 2, 5, 4), (1, 2, 3, 6), (2, 2, 6, 3))],
    starts={
        "weight": StartsNormal(np.sqrt(2 / (12 * 3 * 5)), "N(0, 2 / (in_channels*kh*kw))"),
        "bias": StartsAt(0),
    },
    start=(12, 120, (3, 5)),
)


class TestForward(Forward, layer=CONV): ...


class TestGradient(Gradient, layer=CONV): ...


class TestRobustness(Robustness, layer=CONV): ...


class TestLayouts(Layouts, layer=CONV): ...


class TestErrors(Errors):
    rejections = (
        Rejection("Conv2d(...)", "`kernel_size` is below 1", lambda s, v: s.Conv2d(1, 1, v), (0, (2, 0)), "kernel_size"),
        Rejection("Conv2d(...)", "`stride` is below 1", lambda s, v: s.Conv2d(1, 1, 3, stride=v), (0, -1), "stride"),
        Rejection("Conv2d(...)", "`padding` is negative", lambda s, v: s.Conv2d(1, 1, 3, padding=v), (-1,), "padding"),
        Rejection(
            "forward(x)",
            "`x` is not 4-D",
            lambda s, shape: s.Conv2d(2, 1, 2).forward(np.ones(shape)),
            ((2, 4, 4), (1, 1, 2, 4, 4)),
            ("x", "4-d", *SHAPE_WORDS),
        ),
        Rejection(
            "forward(x)",
            "`x` does not have `in_channels` channels",
            lambda s, channels: s.Conv2d(3, 2, 2).forward(np.ones((2, channels, 4, 4))),
            (1, 4),
            ("in_channels", "channels", "x", *SHAPE_WORDS),
        ),
        Rejection(
            "forward(x)",
            "the kernel is larger than the padded input",
            lambda s, shape: s.Conv2d(1, 1, (3, 5), padding=1).forward(np.ones(shape)),
            ((1, 1, 4, 2), (1, 1, 0, 4)),
            ("kernel_size", "kernel", "input"),
            shown=lambda shape: (3, 5),
        ),
    )
