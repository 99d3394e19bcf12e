"""Hidden tests of the kata conv2d."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from harness.judge.testing import (
    SHAPE_WORDS,
    LayerCase,
    assert_close,
    assert_honours_generator,
    assert_normal,
    assert_own_gradient,
    assert_reference_gradient,
    assert_rejects,
    assert_shape,
    by_properties,
    expect,
    fill,
    gapped,
    read_only,
    share_parameters,
)
from reference.conv2d import Conv2d

PARAMETERS = ("weight", "bias")
GRADIENTS = ("d_x", "d_weight", "d_bias")


@dataclass(frozen=True)
class Geometry:
    """Sizes of one case: image (N, C, H, W), number of kernels, and the arguments of the layer."""

    image: tuple[int, int, int, int]
    kernels: int
    kernel_size: int | tuple[int, int]
    stride: int = 1
    padding: int = 0

    def pair(self, solution: Any, rng: np.random.Generator) -> tuple[Any, Conv2d]:
        """The learner's layer and the reference, with the same random parameters."""
        arguments = (self.image[1], self.kernels, self.kernel_size)
        theirs = solution.Conv2d(*arguments, self.stride, self.padding)
        ours = Conv2d(*arguments, stride=self.stride, padding=self.padding)
        share_parameters(theirs, ours, rng, PARAMETERS)
        return theirs, ours


GEOMETRIES = {
    "plain": Geometry((2, 2, 4, 4), 3, 3),
    "oblong image": Geometry((2, 2, 4, 7), 3, 3, padding=1),
    "oblong kernel": Geometry((2, 2, 6, 5), 3, (2, 3)),
    "stride 2": Geometry((1, 2, 7, 5), 2, 3, stride=2),
    "stride leaves a rest": Geometry((1, 2, 4, 6), 2, 3, stride=2, padding=1),
    "stride 3, padding 2": Geometry((2, 2, 5, 6), 2, (3, 2), stride=3, padding=2),
    "padding 2": Geometry((1, 2, 3, 4), 2, (2, 3), padding=2),
    "1x1 kernel": Geometry((3, 4, 2, 3), 2, 1),
    "kernel as large as the image": Geometry((2, 2, 3, 4), 3, (3, 4)),
    "one channel, one image": Geometry((1, 1, 4, 4), 1, 2),
}
ALL = pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES.keys())


class TestForward:
    @ALL
    def test_values(self, solution: Any, rng: np.random.Generator, geometry: Geometry) -> None:
        """forward gives the cross-correlation plus the bias"""
        theirs, ours = geometry.pair(solution, rng)
        x = rng.normal(size=geometry.image)
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    def test_parameters_in_place(self, solution: Any, rng: np.random.Generator) -> None:
        """forward uses parameters that were changed in place"""
        theirs, ours = solution.Conv2d(2, 3, 3), Conv2d(2, 3, 3)
        for name in PARAMETERS:
            value = rng.normal(size=getattr(ours, name).shape)
            fill(theirs, name, value)
            setattr(ours, name, value)
        x = rng.normal(size=(2, 2, 5, 4))
        assert_close(theirs.forward(x), ours.forward(x), "forward(x)")

    @by_properties
    def test_initial_weight(self, solution: Any, rng: np.random.Generator) -> None:
        """the weight starts as N(0, 2 / (in_channels*kh*kw)), of shape (out_channels, in_channels, kh, kw)"""
        weight = solution.Conv2d(12, 120, (3, 5), rng=rng).weight
        assert_shape(weight, (120, 12, 3, 5), "weight")
        assert_normal(solution, weight, np.sqrt(2 / (12 * 3 * 5)), "weight")

    def test_initial_bias(self, solution: Any) -> None:
        """the bias starts at zero, of shape (out_channels,)"""
        assert_close(solution.Conv2d(2, 3, 3, rng=np.random.default_rng(1)).bias, np.zeros(3), "bias")


class TestGradient:
    @pytest.mark.parametrize("name", GRADIENTS)
    @pytest.mark.parametrize("geometry", ["plain", "stride leaves a rest"])
    def test_own_forward(self, solution: Any, rng: np.random.Generator, geometry: str, name: str) -> None:
        """{name} is the derivative of your own forward pass"""
        theirs, _ = GEOMETRIES[geometry].pair(solution, rng)
        assert_own_gradient(LayerCase(theirs, rng.normal(size=GEOMETRIES[geometry].image), PARAMETERS), name, rng)

    @pytest.mark.parametrize("name", GRADIENTS)
    @pytest.mark.parametrize(
        "geometry", ["oblong kernel", "stride 3, padding 2", "padding 2", "kernel as large as the image"]
    )
    def test_reference(self, solution: Any, rng: np.random.Generator, geometry: str, name: str) -> None:
        """{name} is right"""
        theirs, ours = GEOMETRIES[geometry].pair(solution, rng)
        case = LayerCase(theirs, rng.normal(size=GEOMETRIES[geometry].image), PARAMETERS)
        assert_reference_gradient(case, ours, name, rng)

    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradients again"""
        geometry = GEOMETRIES["oblong image"]
        theirs, ours = geometry.pair(solution, rng)
        case = LayerCase(theirs, rng.normal(size=geometry.image), PARAMETERS)
        d_out = rng.normal(size=ours.forward(case.x).shape)
        case.forward()
        case.backward(d_out)
        again = case.backward(d_out)
        for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
            assert_close(again[name], expected, f"{name} of the second call")

    def test_after_other_image(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the size of its images"""
        theirs, ours = GEOMETRIES["oblong image"].pair(solution, rng)
        for image in ((3, 2, 5, 4), (1, 2, 3, 6), (2, 2, 6, 3)):
            case = LayerCase(theirs, rng.normal(size=image), PARAMETERS)
            for name in GRADIENTS:
                assert_reference_gradient(case, ours, name, rng)

    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers do not share what they remember"""
        geometry = GEOMETRIES["plain"]
        pairs = [geometry.pair(solution, rng) for _ in range(2)]
        for theirs, ours in pairs:
            x = rng.normal(size=geometry.image)
            assert_close(theirs.forward(x), ours.forward(x), "forward(x)")
        d_out = rng.normal(size=(2, 3, 2, 2))
        for theirs, ours in pairs:
            got = LayerCase(theirs, np.zeros(geometry.image), PARAMETERS).backward(d_out)
            for name, expected in zip(GRADIENTS, ours.backward(d_out), strict=True):
                assert_close(got[name], expected, name)


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work, forward and backward"""
        geometry = GEOMETRIES["oblong kernel"]
        theirs, ours = geometry.pair(solution, rng)
        case = LayerCase(theirs, layout(rng.normal(size=geometry.image)), PARAMETERS)
        expected = ours.forward(case.x)
        assert_close(case.forward(), expected, "forward(x)")
        d_out = layout(rng.normal(size=expected.shape))
        for got, right in zip(case.backward(d_out).values(), ours.backward(d_out), strict=True):
            assert_close(got, right, "a gradient")

    def test_float32_input(self, solution: Any, rng: np.random.Generator) -> None:
        """float32 input works, forward and backward"""
        geometry = GEOMETRIES["stride leaves a rest"]
        theirs, ours = geometry.pair(solution, rng)
        x = rng.normal(size=geometry.image).astype(np.float32)
        expected = ours.forward(x)
        assert_close(theirs.forward(x), expected, "forward(x)", rtol=1e-5)
        d_out = rng.normal(size=expected.shape).astype(np.float32)
        got = LayerCase(theirs, x, PARAMETERS).backward(d_out)
        for name, right in zip(GRADIENTS, ours.backward(d_out), strict=True):
            assert_close(got[name], right, name, rtol=1e-5)

    @by_properties
    def test_generator(self, solution: Any) -> None:
        """the weight is drawn from the generator that is given"""
        assert_honours_generator(lambda rng: solution.Conv2d(2, 3, 3, rng=rng).weight, "weight")

    @by_properties
    def test_default_generator(self, solution: Any) -> None:
        """without a generator, two layers get different weights"""
        first, second = (solution.Conv2d(2, 3, 3).weight for _ in range(2))
        assert_shape(first, (3, 2, 3, 3), "weight")
        expect(bool(np.any(first != second)), "two layers made without a generator have the same weights")

    def test_bad_stride(self, solution: Any, rng: np.random.Generator) -> None:
        """a negative stride raises ValueError"""
        assert_shape(
            solution.Conv2d(1, 1, 3, stride=2, rng=rng).forward(rng.normal(size=(1, 1, 5, 5))), (1, 1, 2, 2), "forward(x)"
        )
        assert_rejects(lambda: solution.Conv2d(1, 1, 3, stride=-1), "stride", -1)

    def test_bad_padding(self, solution: Any, rng: np.random.Generator) -> None:
        """a negative padding raises ValueError"""
        assert_shape(
            solution.Conv2d(1, 1, 3, padding=2, rng=rng).forward(rng.normal(size=(1, 1, 5, 5))), (1, 1, 7, 7), "forward(x)"
        )
        assert_rejects(lambda: solution.Conv2d(1, 1, 3, padding=-1), "padding", -1)

    def test_wrong_channels(self, solution: Any, rng: np.random.Generator) -> None:
        """an input with the wrong number of channels raises ValueError"""
        layer = solution.Conv2d(3, 2, 2, rng=rng)
        assert_shape(layer.forward(rng.normal(size=(2, 3, 4, 4))), (2, 2, 3, 3), "forward(x)")
        for channels in (1, 4):
            x = rng.normal(size=(2, channels, 4, 4))
            assert_rejects(partial(layer.forward, x), ("in_channels", "channels", "x", *SHAPE_WORDS), channels)

    def test_kernel_too_large(self, solution: Any, rng: np.random.Generator) -> None:
        """a kernel larger than the padded input raises ValueError"""
        layer = solution.Conv2d(1, 1, (3, 5), padding=1, rng=rng)
        assert_shape(layer.forward(rng.normal(size=(1, 1, 1, 3))), (1, 1, 1, 1), "forward(x)")
        names = ("kernel_size", "kernel", "input")
        assert_rejects(lambda: layer.forward(rng.normal(size=(1, 1, 4, 2))), names, 5)
        assert_rejects(lambda: layer.forward(rng.normal(size=(1, 1, 0, 4))), names, 3)
