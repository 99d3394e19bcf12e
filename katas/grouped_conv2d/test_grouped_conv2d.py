"""Hidden tests of the kata grouped-conv2d."""

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
    Solution,
    StartsAt,
    StartsNormal,
    assert_close,
    assert_shape,
)
from reference.grouped_conv2d import Conv2d

CONV = Layer(
    Conv2d,
    "the cross-correlation of each group plus the bias",
    parameters=("weight", "bias"),
    # channels, kernels, kernel_size, stride, padding, groups
    cases={
        "two groups": Case(4, 6, 3, 1, 0, 2, x=(2, 4, 4, 5)),
        "one group": Case(2, 3, 3, 1, 0, 1, x=(2, 2, 4, 5)),
        "defaults": Case(2, 3, 2, x=(2, 2, 3, 4)),
        "depthwise": Case(3, 3, (2, 3), 1, 2, 3, x=(2, 3, 4, 5)),
        "depthwise, two kernels a channel": Case(3, 6, 2, 1, 0, 3, x=(2, 3, 4, 3)),
        "three groups": Case(6, 3, 2, 1, 0, 3, x=(1, 6, 3, 4)),
        "stride and padding": Case(4, 4, (3, 2), 2, 1, 2, x=(2, 4, 5, 6)),
        "1x1 kernel": Case(4, 2, 1, 1, 0, 2, x=(3, 4, 2, 3)),
    },
    own=("two groups", "depthwise"),
    correct=("two groups", "depthwise", "depthwise, two kernels a channel", "three groups", "stride and padding"),
    batches=[{"x": shape} for shape in ((3, 4, 5, 4), (3, 4, 5, 4), (1, 4, 3, 6), (2, 4, 6, 3))],
    starts={
        "weight": StartsNormal(np.sqrt(2 / (6 * 3 * 5)), "N(0, 2 / (in_channels/groups*kh*kw))"),
        "bias": StartsAt(0),
    },
    start=(12, 120, (3, 5), 1, 0, 2),
)


class TestForward(Forward, layer=CONV):
    def test_groups_are_apart(self, solution: Solution, rng: np.random.Generator) -> None:
        """the channels of one group have no influence on the outputs of another"""
        theirs, ours = CONV.runs(solution, rng)
        changed = theirs.inputs["x"].copy()
        changed[:, :2] = rng.normal(size=changed[:, :2].shape)
        out = theirs.with_inputs(x=changed).forward()
        assert_shape(out, (2, 6, 2, 3), "forward(x)")
        assert_close(np.asarray(out)[:, 3:], ours.forward()[:, 3:], "the second group after a change of the first")


class TestGradient(Gradient, layer=CONV): ...


class TestRobustness(Robustness, layer=CONV): ...


class TestLayouts(Layouts, layer=CONV): ...


class TestErrors(Errors):
    rejections = (
        Rejection("Conv2d(...)", "`kernel_size` is below 1", lambda s, v: s.Conv2d(1, 1, v), (0, (2, 0)), "kernel_size"),
        Rejection("Conv2d(...)", "`stride` is below 1", lambda s, v: s.Conv2d(1, 1, 3, stride=v), (0, -1), "stride"),
        Rejection("Conv2d(...)", "`padding` is negative", lambda s, v: s.Conv2d(1, 1, 3, padding=v), (-1,), "padding"),
        Rejection("Conv2d(...)", "`groups` is below 1", lambda s, v: s.Conv2d(2, 2, 3, groups=v), (0, -1), "groups"),
        Rejection(
            "Conv2d(...)",
            "`groups` does not divide `in_channels`",
            lambda s, v: s.Conv2d(4, 6, 3, groups=v),
            (3,),
            ("in_channels", "groups", "channels"),
        ),
        Rejection(
            "Conv2d(...)",
            "`groups` does not divide `out_channels`",
            lambda s, v: s.Conv2d(4, 6, 3, groups=v),
            (4,),
            ("out_channels", "groups", "channels"),
        ),
        Rejection(
            "forward(x)",
            "`x` does not have `in_channels` channels",
            lambda s, channels: s.Conv2d(4, 2, 2, groups=2).forward(np.ones((2, channels, 4, 4))),
            (1, 2, 6),
            ("in_channels", "channels", "x", *SHAPE_WORDS),
        ),
        Rejection(
            "forward(x)",
            "`x` is not 4-D",
            lambda s, shape: s.Conv2d(2, 2, 2, groups=2).forward(np.ones(shape)),
            ((2, 4, 4), (1, 2, 2, 4, 4)),
            ("x", "4-d", *SHAPE_WORDS),
        ),
        Rejection(
            "forward(x)",
            "the kernel is larger than the padded input",
            lambda s, shape: s.Conv2d(2, 2, (3, 5), padding=1, groups=2).forward(np.ones(shape)),
            ((1, 2, 4, 2), (1, 2, 0, 4)),
            ("kernel_size", "kernel", "input"),
            shown=lambda shape: (3, 5),
        ),
    )
