"""Hidden tests of the kata dropout.

A correct solution may draw its masks in any way, so nothing here expects a particular mask: the mask is read off the
solution's own output, for inputs that are nowhere near 0, and judged by what must hold for any mask.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    Cause,
    CheckFailed,
    Errors,
    Rejection,
    RemoteObject,
    Solution,
    assert_close,
    assert_dtype,
    assert_honours_generator,
    assert_shape,
    by_properties,
    expect,
    fetch,
    note,
    put,
    spread_signs,
)

each_p = pytest.mark.parametrize("p", [0.23, 0.68], ids=lambda p: f"p={p}")
SHAPES = {"matrix": (40, 50), "images": (6, 5, 7, 8)}
ENOUGH = 10_000


def factors(solution: Solution, value: Any, base: np.ndarray, what: str) -> np.ndarray:
    """By what each element of `base` was multiplied; notes the different factors, and whether any is 0."""
    assert_shape(value, base.shape, what)
    ratio = np.asarray(value, dtype=np.float64) / base
    different = tuple(float(f) for f in np.unique(np.round(ratio, 2))[:4])
    share = float(np.mean(ratio == 0))
    note(solution, what=what, factors=different, zeros=round(share, 1) if ratio.size >= ENOUGH else share > 0)
    return ratio


def assert_factors(got: np.ndarray, p: float, what: str) -> None:
    """Fail unless every factor is 0 or 1 / (1 - p), and both occur.

    Where there are enough of them, the share of zeros must be within seven standard deviations of p: a correct solution
    fails once in 4e11 times.
    """
    scale = 1.0 / (1.0 - p)
    zero = got == 0
    if not np.any(zero):
        raise CheckFailed(f"{what} has no zeros, although elements are dropped with p={p}")
    if np.all(zero):
        raise CheckFailed(f"{what} is 0 everywhere, although elements survive with p={p}")
    wrong = got[~zero & (np.abs(got - scale) > 1e-9 * scale)]
    if wrong.size:
        raise CheckFailed(f"{what}: a survivor was multiplied by {wrong[0]:.6g}, expected 1/(1-p) = {scale:.6g} for p={p}")
    share = float(np.mean(zero))
    if got.size >= ENOUGH and abs(share - p) > 7 * np.sqrt(p * (1 - p) / got.size):
        raise CheckFailed(f"{what}: with p={p}, {share:.1%} of all elements are 0, expected about {p:.0%}")


def there_and_back(
    solution: Solution, layer: RemoteObject, x: np.ndarray, d_out: np.ndarray, training: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """The factors of a forward and of the backward that follows."""
    there = factors(solution, layer.forward(x, training=training), x, "forward(x)")
    back = factors(solution, layer.backward(d_out), d_out, "d_x")
    note(solution, same_places=bool(np.array_equal(there == 0, back == 0)))
    return there, back


class TestForward:
    @pytest.mark.parametrize("p", [0.23, 0.68, 0.006], ids=lambda p: f"p={p}")
    @by_properties
    def test_training(self, solution: Solution, rng: np.random.Generator, p: float) -> None:
        """in training a fraction of p becomes 0, and all else is divided by 1 - p"""
        x = spread_signs(rng, (110, 120))
        out = solution.Dropout(p, rng=rng).forward(x, training=True)
        assert_factors(factors(solution, out, x, "forward(x)"), p, "forward(x)")

    @pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
    @by_properties
    def test_independent(self, solution: Solution, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        """each element has its own draw: neighbours along any axis are dropped independently"""
        x = spread_signs(rng, shape)
        dropped = factors(solution, solution.Dropout(0.5, rng=rng).forward(x, training=True), x, "forward(x)") == 0
        expect(bool(np.any(dropped)) and not np.all(dropped), "with p=0.5, all elements are dropped, or none is")
        for axis in range(x.ndim):
            slices = np.moveaxis(dropped, axis, 0)
            alike = float(np.mean(slices[1:] == slices[:-1]))
            # for fair draws a sum of independent ones: seven standard deviations, once in 4e11 times
            apart = abs(alike - 0.5) < 7 * 0.5 / np.sqrt(slices[1:].size)
            note(solution, apart=apart)
            expect(
                apart, f"neighbours along axis {axis} of {shape} share their fate in {alike:.0%} of all cases, expected 50%"
            )

    @by_properties
    def test_fresh_masks(self, solution: Solution, rng: np.random.Generator) -> None:
        """every training forward draws a new mask, and the number of zeros varies"""
        layer = solution.Dropout(0.4, rng=rng)
        x = spread_signs(rng, (10, 10))
        masks = [factors(solution, layer.forward(x, training=True), x, "forward(x)") == 0 for _ in range(15)]
        same = all(np.array_equal(mask, masks[0]) for mask in masks)
        counts = {int(np.sum(mask)) for mask in masks}
        # each number has a chance below 0.09, so 15 equal ones come up less than once in 1e14 times
        note(solution, same=same, several_counts=len(counts) > 1)
        expect(bool(np.any(masks[0])), "forward(x, training=True) dropped nothing")
        expect(not same, "15 training forwards in a row have the same mask")
        expect(
            len(counts) > 1, f"15 times in a row exactly {min(counts)} of 100 elements were dropped: draw each on its own"
        )

    def test_evaluation(self, solution: Solution, rng: np.random.Generator) -> None:
        """in evaluation the output is the input, whatever p"""
        for p in (0.2, 0.7):
            x = rng.normal(size=(5, 6))
            layer = solution.Dropout(p, rng=rng)
            assert_shape(layer.forward(x), x.shape, "forward(x)")
            assert_close(layer.forward(x, training=False), x, "forward(x, training=False)")

    @by_properties
    def test_defaults(self, solution: Solution, rng: np.random.Generator) -> None:
        """by default p is 1/2, and forward is in training"""
        x = spread_signs(rng, (20, 20))
        assert_factors(factors(solution, solution.Dropout().forward(x), x, "forward(x)"), 0.5, "forward(x)")

    def test_zero(self, solution: Solution, rng: np.random.Generator) -> None:
        """with p=0 nothing is dropped, in training either"""
        layer = solution.Dropout(0.0, rng=rng)
        x, d_out = rng.normal(size=(2, 5, 4))
        assert_close(layer.forward(x, training=True), x, "forward(x, training=True)")
        assert_close(layer.backward(d_out), d_out, "d_x")


class TestGradient:
    @each_p
    @by_properties
    def test_own_forward(self, solution: Solution, rng: np.random.Generator, p: float) -> None:
        """in training d_out is multiplied by what forward multiplied x by, element by element"""
        x, d_out = spread_signs(rng, (2, 20, 30))
        there, back = there_and_back(solution, solution.Dropout(p, rng=rng), x, d_out)
        expect(bool(np.any(there == 0)), "forward(x, training=True) dropped nothing")
        assert_close(back * d_out, there * d_out, "d_x")

    @each_p
    @by_properties
    def test_correct(self, solution: Solution, rng: np.random.Generator, p: float) -> None:
        """in training a fraction of p of the gradient is 0, and all else is d_out / (1 - p)"""
        x, d_out = spread_signs(rng, (2, 100, 120))
        _, back = there_and_back(solution, solution.Dropout(p, rng=rng), x, d_out)
        assert_factors(back, p, "d_x")

    @by_properties
    def test_zeros_in_x(self, solution: Solution, rng: np.random.Generator) -> None:
        """an element of x that is 0 itself is not a dropped one"""
        layer = solution.Dropout(0.5, rng=rng)
        d_out = spread_signs(rng, (100, 100))
        layer.forward(np.zeros(d_out.shape), training=True)
        assert_factors(factors(solution, layer.backward(d_out), d_out, "d_x"), 0.5, "d_x, for x = 0 everywhere,")

    @by_properties
    def test_second_backward(self, solution: Solution, rng: np.random.Generator) -> None:
        """a second backward gives the same gradient again"""
        layer = solution.Dropout(0.5, rng=rng)
        x, d_out = spread_signs(rng, (2, 10, 12))
        _, first = there_and_back(solution, layer, x, d_out)
        second = factors(solution, layer.backward(d_out), d_out, "d_x")
        note(solution, same=bool(np.array_equal(first, second)))
        expect(bool(np.any(first)), "d_x is 0 everywhere")
        assert_close(second * d_out, first * d_out, "d_x of the second call, compared with the first")

    @by_properties
    def test_modes_in_turn(self, solution: Solution, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, even where training and evaluation alternate"""
        layer = solution.Dropout(0.5, rng=rng)
        for training in (True, False, True, False):
            x, d_out = spread_signs(rng, (2, 10, 12))
            there, back = there_and_back(solution, layer, x, d_out, training)
            expect(bool(np.any(back)), "d_x is 0 everywhere")
            assert_close(back * d_out, there * d_out, f"d_x after forward(x, training={training})")

    @by_properties
    def test_after_other_batch(self, solution: Solution, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever the size of its batch"""
        layer = solution.Dropout(0.5, rng=rng)
        for n in (8, 8, 3, 1):
            x, d_out = spread_signs(rng, (2, n, 60))
            layer.forward(-x, training=True)
            there, back = there_and_back(solution, layer, x, d_out)
            expect(bool(np.any(back)), "d_x is 0 everywhere")
            assert_close(back * d_out, there * d_out, "d_x")

    @by_properties
    def test_two_layers(self, solution: Solution, rng: np.random.Generator) -> None:
        """two layers do not share their masks"""
        layers = [solution.Dropout(p, rng=np.random.default_rng(int(rng.integers(2**31)))) for p in (0.3, 0.6)]
        x, d_out = spread_signs(rng, (2, 12, 15))
        there = [factors(solution, layer.forward(x, training=True), x, "forward(x)") for layer in layers]
        for layer, factor in zip(layers, there, strict=True):
            back = factors(solution, layer.backward(d_out), d_out, "d_x")
            note(solution, mask_of=[bool(np.array_equal(back == 0, one == 0)) for one in there])
            expect(bool(np.any(back)), "d_x is 0 everywhere")
            assert_close(back * d_out, factor * d_out, "d_x")


class TestRobustness:
    @by_properties
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        layer = solution.Dropout(0.5, rng=rng)
        x, d_out = spread_signs(rng, (2, 10, 12))
        for name, value, call in (("x", x, layer.forward), ("d_out", d_out, layer.backward)):
            remote = put(solution, value)
            assert_shape(call(remote), value.shape, f"the result of {name}")
            changed = not np.array_equal(fetch(remote), value)
            note(solution, changed=changed)
            if changed:
                raise CheckFailed(
                    f"{name} was changed, which belongs to its caller: work on a copy", cause=Cause.CHANGED_INPUT, what=name
                )

    @by_properties
    def test_generator(self, solution: Solution) -> None:
        """all random numbers come from the generator that is given"""
        ones = np.ones((10, 20))
        assert_honours_generator(solution, lambda rng: solution.Dropout(0.5, rng=rng).forward(ones), "forward(x)")

    @by_properties
    def test_default_generator(self, solution: Solution) -> None:
        """without a generator, two layers have different masks"""
        ones = np.ones((10, 20))
        first, second = (solution.Dropout(0.5).forward(ones, training=True) for _ in range(2))
        assert_shape(first, ones.shape, "forward(x)")
        expect(bool(np.any(first != second)), "two layers made without a generator have the same mask")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS))
    @by_properties
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """arrays in another layout work, forward and backward"""
        x, d_out = (LAYOUTS[layout](spread_signs(rng, (10, 12))) for _ in range(2))
        layer = solution.Dropout(0.5, rng=rng)
        there, back = there_and_back(solution, layer, x, d_out)
        expect(bool(np.any(back)), "d_x is 0 everywhere")
        assert_close(back * d_out, there * d_out, "d_x")
        assert_close(layer.forward(x, training=False), x, "forward(x, training=False)")

    @pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
    @by_properties
    def test_float32(self, solution: Solution, rng: np.random.Generator, training: bool) -> None:
        """float32 in, float32 out, forward and backward"""
        layer = solution.Dropout(0.5, rng=rng)
        x, d_out = spread_signs(rng, (2, 10, 12)).astype(np.float32)
        for call, given, what in ((layer.forward, x, "forward(x)"), (layer.backward, d_out, "d_x")):
            value = call(given, training=training) if given is x else call(given)
            factors(solution, value, given, what)
            note(solution, dtype=str(np.asarray(value).dtype))
            assert_dtype(value, np.float32, what)


class TestErrors(Errors):
    rejections = (
        Rejection(
            "Dropout(...)", "`p` is outside [0, 1)", lambda s, p: s.Dropout(p), (-0.1, 1.0, 1.5), ("p", "probability")
        ),
    )
