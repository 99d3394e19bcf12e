"""Hidden tests of the kata dropout.

A right solution may draw its masks in any way, so nothing here expects a particular mask: the mask is read off the
solution's own output, at inputs that are nowhere near 0, and judged by what must hold for any mask.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.judge.gradcheck import spread_signs
from harness.judge.testing import (
    CheckFailed,
    assert_close,
    assert_dtype,
    assert_honours_generator,
    assert_rejects,
    assert_shape,
    by_properties,
    expect,
    gapped,
    note,
    read_only,
)

PROBABILITIES = [0.2, 0.7]
SHAPES = [(40, 50), (6, 5, 7, 8)]
SHAPE_NAMES = ["matrix", "images"]
ENOUGH = 10_000


def factors(solution: Any, value: Any, base: np.ndarray, what: str) -> np.ndarray:
    """By what each element of `base` was multiplied; notes the different factors, and whether any is 0."""
    assert_shape(value, base.shape, what)
    ratio = np.asarray(value, dtype=np.float64) / base
    different = tuple(float(f) for f in np.unique(np.round(ratio, 2))[:4])
    share = float(np.mean(ratio == 0))
    note(solution, what=what, factors=different, zeros=round(share, 1) if ratio.size >= ENOUGH else share > 0)
    return ratio


def assert_factors(got: np.ndarray, p: float, what: str) -> None:
    """Fail unless every factor is 0 or 1 / (1 - p), and both occur."""
    scale = 1.0 / (1.0 - p)
    zero = got == 0
    if not np.any(zero):
        raise CheckFailed(f"{what} has no zeros, although elements are dropped with p={p}")
    if np.all(zero):
        raise CheckFailed(f"{what} is 0 everywhere, although elements survive with p={p}")
    wrong = got[~zero & (np.abs(got - scale) > 1e-9 * scale)]
    if wrong.size:
        raise CheckFailed(f"{what}: a survivor was multiplied by {wrong[0]:.6g}, expected 1/(1-p) = {scale:.6g} for p={p}")


class TestForward:
    @pytest.mark.parametrize("p", PROBABILITIES, ids=lambda p: f"p={p}")
    @by_properties
    def test_survivors(self, solution: Any, rng: np.random.Generator, p: float) -> None:
        """in training an element becomes 0, or is divided by 1 - p"""
        x = spread_signs(rng, (30, 40))
        out = solution.Dropout(p, rng=rng).forward(x, training=True)
        assert_factors(factors(solution, out, x, "forward(x)"), p, "forward(x)")

    @pytest.mark.parametrize("p", PROBABILITIES, ids=lambda p: f"p={p}")
    @by_properties
    def test_share(self, solution: Any, rng: np.random.Generator, p: float) -> None:
        """a fraction of p of all elements is dropped"""
        x = spread_signs(rng, (200, 200))
        out = solution.Dropout(p, rng=rng).forward(x, training=True)
        share = float(np.mean(factors(solution, out, x, "forward(x)") == 0))
        # seven standard deviations: a right solution is outside once in 4e11 times
        if abs(share - p) > 7 * np.sqrt(p * (1 - p) / x.size):
            raise CheckFailed(f"with p={p}, {share:.1%} of all elements are 0, expected about {p:.0%}")

    @pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_NAMES)
    @by_properties
    def test_independent(self, solution: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """every element is drawn for itself: samples, channels, rows and columns have different masks"""
        x = spread_signs(rng, shape)
        out = solution.Dropout(0.5, rng=rng).forward(x, training=True)
        dropped = factors(solution, out, x, "forward(x)") == 0
        expect(bool(np.any(dropped)) and not np.all(dropped), "with p=0.5, all elements are dropped, or none is")
        for axis in range(x.ndim):
            slices = np.moveaxis(dropped, axis, 0)
            shared = bool(np.all(slices == slices[:1]))  # by chance once in 2**40 times or less
            note(solution, shared=shared)
            expect(not shared, f"the mask is the same at every position along axis {axis} of {shape}")

    @by_properties
    def test_number_varies(self, solution: Any, rng: np.random.Generator) -> None:
        """the number of dropped elements varies, and the factor of the others does not"""
        layer = solution.Dropout(0.4, rng=rng)
        x = spread_signs(rng, (10, 10))
        counts, masks = set(), set()
        for _ in range(15):
            got = factors(solution, layer.forward(x, training=True), x, "forward(x)")
            assert_factors(got, 0.4, "forward(x)")
            counts.add(int(np.sum(got == 0)))
            masks.add((got == 0).tobytes())
        # each number has a chance below 0.09, so 15 equal ones come up less than once in 1e14 times
        note(solution, several_counts=len(counts) > 1, several_masks=len(masks) > 1)
        expect(
            len(counts) > 1, f"15 times in a row exactly {min(counts)} of 100 elements were dropped: draw each for itself"
        )

    @by_properties
    def test_fresh_mask(self, solution: Any, rng: np.random.Generator) -> None:
        """every training forward draws a new mask"""
        layer = solution.Dropout(0.5, rng=rng)
        x = spread_signs(rng, (10, 10))
        first, second = (factors(solution, layer.forward(x, training=True), x, "forward(x)") for _ in range(2))
        note(solution, same=bool(np.array_equal(first, second)))
        expect(bool(np.any(first == 0)), "forward(x, training=True) dropped nothing")
        expect(not np.array_equal(first == 0, second == 0), "two training forwards in a row have the same mask")

    def test_evaluation(self, solution: Any, rng: np.random.Generator) -> None:
        """in evaluation the output is the input"""
        for p in PROBABILITIES:
            layer = solution.Dropout(p, rng=rng)
            x = rng.normal(size=(5, 6))
            assert_shape(layer.forward(x), x.shape, "forward(x)")
            assert_close(layer.forward(x, training=False), x, "forward(x, training=False)")

    @by_properties
    def test_defaults(self, solution: Any, rng: np.random.Generator) -> None:
        """by default p is 1/2, and forward is in training"""
        x = spread_signs(rng, (20, 20))
        assert_factors(factors(solution, solution.Dropout().forward(x), x, "forward(x)"), 0.5, "forward(x)")

    def test_zero(self, solution: Any, rng: np.random.Generator) -> None:
        """with p=0 nothing is dropped, in training either"""
        layer = solution.Dropout(0.0, rng=rng)
        x, d_out = rng.normal(size=(2, 5, 4))
        assert_close(layer.forward(x, training=True), x, "forward(x, training=True)")
        assert_close(layer.backward(d_out), d_out, "d_x")


class TestGradient:
    @pytest.mark.parametrize("p", PROBABILITIES, ids=lambda p: f"p={p}")
    @by_properties
    def test_own_forward(self, solution: Any, rng: np.random.Generator, p: float) -> None:
        """in training d_out is multiplied by what forward multiplied x by, element by element"""
        layer = solution.Dropout(p, rng=rng)
        x, d_out = spread_signs(rng, (2, 20, 30))
        there = factors(solution, layer.forward(x, training=True), x, "forward(x)")
        back = factors(solution, layer.backward(d_out), d_out, "d_x")
        note(solution, same_places=bool(np.array_equal(there == 0, back == 0)))
        expect(bool(np.any(there == 0)), "forward(x, training=True) dropped nothing")
        assert_close(back * d_out, there * d_out, "d_x")

    @by_properties
    def test_scale(self, solution: Any, rng: np.random.Generator) -> None:
        """in training the gradient is 0, or d_out divided by 1 - p"""
        for p in PROBABILITIES:
            layer = solution.Dropout(p, rng=rng)
            x, d_out = spread_signs(rng, (2, 30, 40))
            factors(solution, layer.forward(x, training=True), x, "forward(x)")
            assert_factors(factors(solution, layer.backward(d_out), d_out, "d_x"), p, "d_x")

    @by_properties
    def test_zeros_in_x(self, solution: Any, rng: np.random.Generator) -> None:
        """an element that is 0 itself is not a dropped one"""
        layer = solution.Dropout(0.5, rng=rng)
        d_out = spread_signs(rng, (100, 100))
        assert_close(layer.forward(np.zeros(d_out.shape), training=True), np.zeros(d_out.shape), "forward(zeros)")
        got = factors(solution, layer.backward(d_out), d_out, "d_x")
        assert_factors(got, 0.5, "d_x, for x = 0 everywhere,")
        share = float(np.mean(got == 0))
        # seven standard deviations: a right solution is outside once in 4e11 times
        expect(
            abs(share - 0.5) < 7 * 0.5 / 100, f"with p=0.5 and x = 0, {share:.1%} of the gradient is 0, expected about 50%"
        )

    @by_properties
    def test_repeated(self, solution: Any, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again"""
        layer = solution.Dropout(0.5, rng=rng)
        x, d_out = spread_signs(rng, (2, 10, 12))
        factors(solution, layer.forward(x, training=True), x, "forward(x)")
        first, second = (factors(solution, layer.backward(d_out), d_out, "d_x") for _ in range(2))
        note(solution, same=bool(np.array_equal(first, second)))
        assert_factors(first, 0.5, "d_x")
        assert_close(second * d_out, first * d_out, "d_x of the second call")

    @by_properties
    def test_modes_in_turn(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, also where training and evaluation alternate"""
        layer = solution.Dropout(0.5, rng=rng)
        for training in (True, False, True, False):
            x, d_out = spread_signs(rng, (2, 10, 12))
            there = factors(solution, layer.forward(x, training=training), x, "forward(x)")
            back = factors(solution, layer.backward(d_out), d_out, "d_x")
            when = f"d_x after forward(x, training={training})"
            note(solution, same_places=bool(np.array_equal(there == 0, back == 0)))
            if training:
                assert_factors(back, 0.5, when)
            assert_close(back * d_out, there * d_out if training else d_out, when)

    @by_properties
    def test_after_other_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the size of its batch"""
        layer = solution.Dropout(0.5, rng=rng)
        for n in (8, 8, 3, 1):
            x, d_out = spread_signs(rng, (2, n, 60))
            layer.forward(-x, training=True)
            there = factors(solution, layer.forward(x, training=True), x, "forward(x)")
            back = factors(solution, layer.backward(d_out), d_out, "d_x")
            note(solution, same_places=bool(np.array_equal(there == 0, back == 0)))
            assert_factors(back, 0.5, "d_x")
            assert_close(back * d_out, there * d_out, "d_x")

    @by_properties
    def test_two_layers(self, solution: Any, rng: np.random.Generator) -> None:
        """two layers in one network have masks of their own"""
        layers = [solution.Dropout(p, rng=np.random.default_rng(int(rng.integers(2**31)))) for p in (0.3, 0.6)]
        x, d_out = spread_signs(rng, (2, 12, 15))
        there = [factors(solution, layer.forward(x, training=True), x, "forward(x)") for layer in layers]
        for layer, p, factor in zip(layers, (0.3, 0.6), there, strict=True):
            back = factors(solution, layer.backward(d_out), d_out, "d_x")
            note(solution, mask_of=[bool(np.array_equal(back == 0, one == 0)) for one in there])
            assert_factors(back, p, "d_x")
            assert_close(back * d_out, factor * d_out, "d_x")


class TestRobustness:
    @pytest.mark.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
    @by_properties
    def test_layouts(self, solution: Any, rng: np.random.Generator, layout: Any) -> None:
        """arrays that are read-only or not contiguous work, forward and backward"""
        layer = solution.Dropout(0.5, rng=rng)
        x, d_out = (layout(spread_signs(rng, (10, 12))) for _ in range(2))
        there = factors(solution, layer.forward(x, training=True), x, "forward(x)")
        assert_factors(there, 0.5, "forward(x)")
        assert_close(layer.backward(d_out), there * d_out, "d_x")
        assert_close(layer.forward(x, training=False), x, "forward(x, training=False)")

    @pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
    @by_properties
    def test_float32(self, solution: Any, rng: np.random.Generator, training: bool) -> None:
        """float32 in, float32 out, forward and backward"""
        layer = solution.Dropout(0.5, rng=rng)
        x, d_out = spread_signs(rng, (2, 10, 12)).astype(np.float32)
        out = layer.forward(x, training=training)
        there = factors(solution, out, x, "forward(x)")
        note(solution, dtype=str(np.asarray(out).dtype))
        assert_dtype(out, np.float32, "forward(x)")
        d_x = layer.backward(d_out)
        note(solution, gradient_dtype=str(np.asarray(d_x).dtype))
        assert_close(d_x, there * d_out, "d_x", rtol=1e-5)
        assert_dtype(d_x, np.float32, "d_x")

    @by_properties
    def test_generator(self, solution: Any) -> None:
        """all random numbers come from the generator that is given"""
        ones = np.ones((10, 20))
        assert_honours_generator(
            lambda rng: solution.Dropout(0.5, rng=rng).forward(ones, training=True), "forward(x, training=True)"
        )

    @by_properties
    def test_default_generator(self, solution: Any) -> None:
        """without a generator, two layers have different masks"""
        ones = np.ones((10, 20))
        first, second = (solution.Dropout(0.5).forward(ones, training=True) for _ in range(2))
        assert_shape(first, ones.shape, "forward(x)")
        expect(bool(np.any(first != second)), "two layers made without a generator have the same mask")

    @pytest.mark.parametrize("p", [-0.1, 1.0, 1.5])
    def test_bad_p(self, solution: Any, p: float) -> None:
        """p below 0, or 1 and above, raises ValueError"""
        ones = np.ones((2, 3))
        assert_close(solution.Dropout(0.3).forward(ones, training=False), ones, "forward(x, training=False)")
        assert_rejects(lambda: solution.Dropout(p), ("p", "probability"), p)
