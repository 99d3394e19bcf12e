"""What hidden tests are written with: each helper accepts what is right, and says what is wrong so that it teaches."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.judge.evidence import evidence_of
from harness.judge.randomness import chi_square_bound
from harness.judge.replay import Check, run_check
from harness.judge.verdict import Evidence, Outcome
from harness.sandbox.errors import SolutionRaised
from harness.sandbox.local import LocalBackend
from harness.sandbox.proxy import Solution
from harness.sandbox.transcript import Transcript
from harness.testing import (
    Case,
    CheckFailed,
    Errors,
    Layer,
    Rejection,
    Run,
    assert_close,
    assert_dtype,
    assert_frequencies,
    assert_gradient,
    assert_honours_generator,
    assert_no_warnings,
    assert_normal,
    assert_own_gradient,
    assert_reference_gradient,
    assert_rejects,
    assert_shape,
    by_properties,
    expect,
    gapped,
    gradients,
    note,
    put,
    read_only,
)
from reference.linear import Linear


def solution_of(**names: Any) -> Any:
    """A solution with these names, run in this process."""
    return Solution(LocalBackend(names), "answer.py")


def fails(message: str) -> Any:
    """Expects `CheckFailed` with exactly this message."""
    return pytest.raises(CheckFailed, match=f"^{re.escape(message)}$")


class TestExpectAndShape:
    def test_expect(self) -> None:
        expect(True, "never")
        with fails("the sentence"):
            expect(False, "the sentence")

    @pytest.mark.parametrize(
        ("got", "shape"),
        [
            (np.zeros((2, 3)), (2, 3)),
            (1.5, ()),
            (3, ()),
            (np.float32(1), ()),
            (np.zeros(()), ()),
            (np.zeros((0, 2)), (0, 2)),
        ],
    )
    def test_right_shape(self, got: Any, shape: tuple[int, ...]) -> None:
        assert_shape(got, shape, "it")

    @pytest.mark.parametrize(
        ("got", "message"),
        [
            (np.zeros((3, 2)), "out has shape (3, 2), expected (2, 3)"),
            (np.zeros(()), "out has shape (), expected (2, 3)"),
            (1.0, "out has shape (), expected (2, 3)"),
            (None, "out is None (is a return missing?), expected an array of shape (2, 3)"),
            ([1, 2], "out is a list of 2 values, expected an array of shape (2, 3)"),
            ((1,), "out is a tuple of 1 values, expected an array of shape (2, 3)"),
            ("text", "out is a str, expected an array of shape (2, 3)"),
            (1 + 2j, "out is a complex, expected an array of shape (2, 3)"),
            (np.zeros((2, 3), complex), "out holds complex numbers, expected real ones"),
        ],
    )
    def test_wrong_shape(self, got: Any, message: str) -> None:
        with fails(message):
            assert_shape(got, (2, 3), "out")

    def test_number_expected(self) -> None:
        with fails("loss has shape (2,), expected ()"):
            assert_shape(np.zeros(2), (), "loss")
        with fails("loss is None (is a return missing?), expected a number"):
            assert_shape(None, (), "loss")

    def test_wrong_shape_is_kept_for_the_diagnosis(self) -> None:
        with pytest.raises(CheckFailed) as caught:
            assert_shape(np.zeros((3, 2)), (2, 3), "out")
        assert (caught.value.got.shape, caught.value.expected.shape) == ((3, 2), (2, 3))

    def test_large_arrays_of_a_wrong_shape_are_not_kept(self) -> None:
        with pytest.raises(CheckFailed) as caught:
            assert_shape(np.zeros(10**6), (10**9,), "out")
        assert all(form.base is not None and form.base.nbytes <= 8 for form in (caught.value.got, caught.value.expected))

    def test_dtype(self) -> None:
        assert_dtype(np.zeros(2, np.float32), np.float32, "out")
        with fails("out has dtype float64, expected float32"):
            assert_dtype(np.zeros(2), np.float32, "out")
        with fails("out is a float, expected an array of dtype float32"):
            assert_dtype(1.0, np.float32, "out")


class TestClose:
    EXPECTED = np.array([[1.0, -2.0], [3.0, 4.0]])

    @pytest.mark.parametrize(
        "got",
        [EXPECTED, EXPECTED + 3e-9, EXPECTED.astype(np.float32), EXPECTED.astype(int)],
        ids=["same", "rounded", "float32", "int"],
    )
    def test_right_values(self, got: np.ndarray) -> None:
        assert_close(got, self.EXPECTED, "out")

    def test_tolerance_is_a_share_of_the_largest_value(self) -> None:
        assert_close(np.array([1e6 + 9e-4, 0.0]), np.array([1e6, 0.0]), "out")
        with pytest.raises(CheckFailed):
            assert_close(np.array([1e6 + 2e-3, 0.0]), np.array([1e6, 0.0]), "out")

    def test_tiny_values_are_compared_with_a_thousandth(self) -> None:
        assert_close(np.array([5e-13]), np.array([0.0]), "out")
        with pytest.raises(CheckFailed):
            assert_close(np.array([2e-12]), np.array([0.0]), "out")

    def test_float32_is_given_the_room_it_needs(self) -> None:
        expected = self.EXPECTED.astype(np.float32)
        assert_close((self.EXPECTED * (1 + 2e-6)).astype(np.float32), expected, "out")
        with pytest.raises(CheckFailed):
            assert_close((self.EXPECTED * (1 + 2e-5)).astype(np.float32), expected, "out")

    def test_answering_float32_does_not_loosen_the_tolerance(self) -> None:
        with pytest.raises(CheckFailed):
            assert_close((self.EXPECTED * (1 + 2e-6)).astype(np.float32), self.EXPECTED, "out")

    def test_tolerance_can_be_given(self) -> None:
        assert_close(self.EXPECTED * 1.01, self.EXPECTED, "out", rtol=0.02)
        with pytest.raises(CheckFailed):
            assert_close(self.EXPECTED * (1 + 1e-15), self.EXPECTED, "out", rtol=0.0)

    def test_one_wrong_value(self) -> None:
        got = self.EXPECTED.copy()
        got[1, 0] = 7
        with fails("out: 1 of 4 values is wrong; the worst is [1, 0]: got 7, expected 3"):
            assert_close(got, self.EXPECTED, "out")

    def test_worst_of_several(self) -> None:
        with fails("out: 4 of 4 values are wrong; the worst is [1, 1]: got 8, expected 4"):
            assert_close(self.EXPECTED * 2, self.EXPECTED, "out")

    def test_number(self) -> None:
        with fails("loss is 2.5, expected 1.25"):
            assert_close(2.5, 1.25, "loss")

    def test_whole_numbers_must_match_exactly(self) -> None:
        assert_close(np.array([1, 2]), np.array([1, 2]), "count")
        with fails("count: 1 of 2 values is wrong; the worst is [1]: got 1000000000, expected 1000000001"):
            assert_close(np.array([1, 10**9]), np.array([1, 10**9 + 1]), "count")

    def test_booleans(self) -> None:
        with fails("mask: 1 of 2 values is wrong; the worst is [0]: got True, expected False"):
            assert_close(np.array([True, True]), np.array([False, True]), "mask")

    @pytest.mark.parametrize(
        ("got", "message"),
        [
            (np.nan, "out is NaN"),
            (np.inf, "out is infinite"),
            ([np.nan, np.nan, 1.0], "out holds 2 NaN among 3 values"),
            ([np.inf, 0.0, 1.0], "out holds 1 inf among 3 values"),
            ([np.inf, -np.inf, np.nan], "out holds 1 NaN and 2 inf among 3 values"),
        ],
    )
    def test_nan_and_inf_are_counted(self, got: list[float] | float, message: str) -> None:
        with fails(message):
            assert_close(np.array(got), np.zeros(np.shape(got)), "out")

    def test_nan_and_inf_where_they_belong(self) -> None:
        special = np.array([np.nan, np.inf, -np.inf, 1.0])
        assert_close(special, special, "out")
        for wrong in ([0.0, np.inf, -np.inf, 1.0], [np.nan, -np.inf, -np.inf, 1.0], [np.nan, 1e300, -np.inf, 1.0]):
            with pytest.raises(CheckFailed, match="1 of 4 values is wrong"):
                assert_close(np.array(wrong), special, "out")

    def test_imaginary_parts_are_not_overlooked(self) -> None:
        with fails("out holds complex numbers, expected real ones"):
            assert_close(self.EXPECTED + 5j, self.EXPECTED, "out")

    def test_what_was_compared_is_kept_for_the_diagnosis(self) -> None:
        with pytest.raises(CheckFailed) as caught:
            assert_close(self.EXPECTED * 2, self.EXPECTED, "out")
        np.testing.assert_array_equal(caught.value.got, 2 * caught.value.expected)

    @pytest.mark.parametrize("shape", [(0,), (3, 0)])
    def test_empty_arrays(self, shape: tuple[int, ...]) -> None:
        assert_close(np.zeros(shape), np.zeros(shape), "out")


class TestGradients:
    NAMES = ("d_x", "d_weight", "d_bias")

    @pytest.mark.parametrize("kind", [list, tuple])
    def test_list_or_tuple(self, kind: type) -> None:
        assert gradients(kind([1, 2, 3]), self.NAMES) == {"d_x": 1, "d_weight": 2, "d_bias": 3}

    def test_a_single_gradient_comes_bare(self) -> None:
        assert gradients(5, ["d_x"]) == {"d_x": 5}

    @pytest.mark.parametrize(
        ("result", "came"),
        [
            (np.zeros((3, 2)), "one array of shape (3, 2)"),
            (None, "None (is a return missing?)"),
            ([1, 2], "2 values"),
            ((1, 2, 3, 4), "4 values"),
            ({"d_x": 1}, "a dict"),
        ],
    )
    def test_anything_else(self, result: Any, came: str) -> None:
        with fails(f"backward returned {came}, expected 3: (d_x, d_weight, d_bias)"):
            gradients(result, self.NAMES)


class WrongBackward(Linear):
    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        d_x, d_weight, d_bias = Linear.backward(self, d_out)
        return d_x, 2 * d_weight, d_bias


class WrongForward(Linear):
    """Twice the right output, and a backward that is the derivative of it."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        return 2 * Linear.forward(self, x)

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return Linear.backward(self, 2 * d_out)


class ConstantLayer(Linear):
    """Zero everywhere, and zero is its derivative."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        return np.zeros((len(x), len(self.bias)))

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return np.zeros((len(d_out), len(self.weight))), np.zeros_like(self.weight), np.zeros_like(self.bias)


class TestLayers:
    def runs(self, definition: type) -> tuple[Run, Run]:
        """A layer under the reference's name, and the reference, with the same parameters and input."""
        layer = Layer(Linear, "x @ weight + bias", {"plain": Case(4, 3, x=(5, 4))}, parameters=("weight", "bias"))
        return layer.runs(solution_of(Linear=definition), np.random.default_rng(0))

    def check(self, definition: type, name: str) -> None:
        theirs, ours = self.runs(definition)
        assert_own_gradient(theirs, name, np.random.default_rng(1))
        assert_reference_gradient(theirs, ours, name, np.random.default_rng(2))

    def test_parameters_are_shared_and_not_aliased(self) -> None:
        theirs, ours = self.runs(Linear)
        np.testing.assert_array_equal(theirs.target.weight, ours.target.weight)
        ours.target.weight += 1
        assert not np.any(theirs.target.weight == ours.target.weight)

    @pytest.mark.parametrize("name", ["d_x", "d_weight", "d_bias"])
    def test_right_layer_passes(self, name: str) -> None:
        self.check(Linear, name)

    def test_wrong_gradient_is_located(self) -> None:
        theirs, ours = self.runs(WrongBackward)
        for name in ("d_x", "d_bias"):
            self.check(WrongBackward, name)
        with pytest.raises(
            CheckFailed, match=r"not the derivative of your own forward\. d_weight: 12 of 12 .*\(numerically\)$"
        ) as caught:
            assert_own_gradient(theirs, "d_weight", np.random.default_rng(1))
        np.testing.assert_allclose(caught.value.got, 2 * caught.value.expected, rtol=1e-6)
        with pytest.raises(CheckFailed, match=r"^d_weight: 12 of 12 values are wrong") as caught:
            assert_reference_gradient(theirs, ours, "d_weight", np.random.default_rng(1))
        assert "your own forward" not in str(caught.value)

    @pytest.mark.parametrize("name", ["d_x", "d_weight", "d_bias"])
    def test_follow_through(self, name: str) -> None:
        """A backward that fits a wrong forward keeps the points of its own check, and the other check says so."""
        theirs, ours = self.runs(WrongForward)
        assert_own_gradient(theirs, name, np.random.default_rng(1))
        sentence = "your backward is the derivative of your own forward, so the mistake is in forward"
        with pytest.raises(CheckFailed, match=f"; {re.escape(sentence)}$"):
            assert_reference_gradient(theirs, ours, name, np.random.default_rng(2))

    @pytest.mark.parametrize("name", ["d_x", "d_weight", "d_bias"])
    def test_constant_forward_earns_no_follow_through(self, name: str) -> None:
        theirs, _ = self.runs(ConstantLayer)
        with pytest.raises(CheckFailed, match=f"forward does not depend on {name.removeprefix('d_')}"):
            assert_own_gradient(theirs, name, np.random.default_rng(1))

    def test_closer_looks_are_left_out_of_the_transcript(self) -> None:
        """Calls made only to describe a failure would make the diagnosis compare what no mistake ever returned."""
        theirs, _ = self.runs(WrongBackward)
        transcript: Transcript = theirs.target._solution._transcript
        transcript.exchanges.clear()
        with pytest.raises(CheckFailed):
            assert_own_gradient(theirs, "d_weight", np.random.default_rng(1))
        assert len(transcript.values) < 20


class TestGradientOfFunctions:
    X = np.array([0.5, -1.0, 2.0])

    def check(self, forward: Callable[[np.ndarray], Any], backward: Callable[[np.ndarray], Any], x: np.ndarray = X) -> None:
        assert_gradient(forward, x, backward, np.random.default_rng(0), "d_x")

    def test_right(self) -> None:
        self.check(lambda x: x**2, lambda v: 2 * self.X * v)
        self.check(lambda x: float(np.sum(x**2)), lambda v: 2 * self.X)

    def test_constant_gradient(self) -> None:
        with pytest.raises(CheckFailed, match="got 12345, expected"):
            self.check(lambda x: x**2, lambda v: np.full(3, 12345.0))

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_gradient_that_is_not_finite(self, value: float) -> None:
        with pytest.raises(CheckFailed, match=r"^d_x holds 1 (NaN|inf) among 3 values$"):
            self.check(lambda x: x**2, lambda v: np.array([value, 0.0, 0.0]))

    def test_wrong_shapes(self) -> None:
        with fails("d_x has shape (2,), expected (3,)"):
            self.check(lambda x: x**2, lambda v: np.zeros(2))
        with fails("the output of forward is None (is a return missing?), expected a number"):
            self.check(lambda x: None, lambda v: v)

    def test_forward_that_is_random(self) -> None:
        rng = np.random.default_rng(0)
        reason = "two calls with the same input gave different outputs"
        with fails(f"d_x cannot be compared with your forward: {reason}"):
            self.check(lambda x: x * rng.normal(size=3), lambda v: v)

    def test_forward_that_jumps(self) -> None:
        with fails("d_x cannot be compared with your forward: its output jumps near this input"):
            self.check(lambda x: x + (x > self.X), lambda v: v)

    def test_forward_too_large_to_measure(self) -> None:
        with pytest.raises(CheckFailed, match="so large that its changes are lost in rounding"):
            self.check(lambda x: x + 1e15, lambda v: np.full(3, 12345.0))

    @pytest.mark.parametrize("dtype", [np.float32, np.float16])
    def test_forward_that_loses_precision(self, dtype: type) -> None:
        with fails(f"forward answers {np.dtype(dtype)} to float64 input, too coarse to check a gradient"):
            self.check(lambda x: x.astype(dtype), lambda v: v)

    def test_complex_outputs(self) -> None:
        with fails("d_x holds complex numbers, expected real ones"):
            self.check(lambda x: x**2, lambda v: 2 * self.X * v + 5j)
        with fails("the output of forward holds complex numbers, expected real ones"):
            self.check(lambda x: x + 5j, lambda v: v)


class TestRejects:
    def call(self, error: BaseException | None) -> Callable[[], Any]:
        def f() -> None:
            if error is not None:
                raise error

        function: Callable[[], Any] = solution_of(f=f).f
        return function

    @pytest.mark.parametrize(
        "message",
        ["stride must be at least 1, got -1", "Stride: bad: -1.0", "STEP is -1", "of (2, -1) the strides", "in_stride=-1"],
    )
    def test_value_error_that_names_the_argument_and_its_value(self, message: str) -> None:
        assert_rejects(self.call(ValueError(message)), ("stride", "step"), -1)

    def test_underscores_and_spaces_are_alike(self) -> None:
        assert_rejects(self.call(ValueError("the kernel size 9x9 is too large")), "kernel_size", 9)

    def test_subclass_of_value_error(self) -> None:
        assert_rejects(self.call(type("BadStride", (ValueError,), {})("stride -1")), "stride", -1)

    @pytest.mark.parametrize(
        ("error", "message"),
        [
            (None, "stride=-1 must raise ValueError, but nothing was raised"),
            (TypeError("stride"), "stride=-1 must raise ValueError, but f raised TypeError: stride"),
            (AssertionError("stride"), "stride=-1 must raise ValueError, but f raised AssertionError: stride"),
            (
                ValueError("stride must be at least 1"),
                "stride=-1 raises ValueError, but its message does not name the value: 'stride must be at least 1'",
            ),
            (
                ValueError("-1 is strident"),
                "stride=-1 raises ValueError, but its message does not name the argument: '-1 is strident'",
            ),
            (
                ValueError("nope"),
                "stride=-1 raises ValueError, but its message does not name the argument and the value: 'nope'",
            ),
        ],
    )
    def test_anything_else_fails(self, error: BaseException | None, message: str) -> None:
        with fails(message):
            assert_rejects(self.call(error), "stride", -1)

    def test_value_may_be_left_open(self) -> None:
        assert_rejects(self.call(ValueError("params and grads differ in length")), ("grads", "length"), None)

    def test_not_written_yet_is_no_rejection(self) -> None:
        with pytest.raises(SolutionRaised, match="f is not written yet"):
            assert_rejects(self.call(NotImplementedError("stride")), "stride", -1)

    @pytest.mark.parametrize(
        ("attempt", "names", "value", "subject"),
        [
            (lambda s, v: None, "stride", 0, "stride=0"),
            (lambda s, t: None, ("x", "t", "token"), 0, "t=0"),
            (lambda s, shape: None, ("x", "shape"), (2, 4), "x of shape (2, 4)"),
            (lambda s, width: None, ("x", "features"), 5, "x of width 5"),
        ],
    )
    def test_bad_value_goes_by_its_own_name(self, attempt: Any, names: Any, value: Any, subject: str) -> None:
        assert Rejection("f(x)", "it is bad", attempt, (value,), names).subject(value) == subject


class TestEvidence:
    """What the screen shows of a failing check, besides its sentence."""

    def evidence(self, function: Callable[..., None], **names: Any) -> Evidence:
        attempt = run_check(Check("TestA::test_b", "a", "title", function), LocalBackend(names), "answer.py", 0)
        assert attempt.outcome is Outcome.FAILED, attempt.message
        return evidence_of(attempt, names)

    def test_shows_the_call_with_the_bad_value_that_is_told(self) -> None:
        def f(x: np.ndarray) -> None:
            if x.shape != (2, 3):
                raise ValueError(f"x is of shape {x.shape}")

        row = Rejection("f(x)", "x is bad", lambda s, shape: s.f(np.ones(shape)), ((1, 1), (2, 3), (4, 4)), "x")
        found = self.evidence(lambda solution, rng: Errors().test_rejected(solution, row), f=f)
        assert found.calls == ("f(x: (2, 3))",)

    def test_shows_the_shape_of_what_is_kept_beside_the_solution(self) -> None:
        def f(x: np.ndarray, cache: Any, flag: bool) -> None: ...

        def function(solution: Any, rng: np.random.Generator) -> None:
            solution.f(put(solution, np.ones((2, 30), np.float32)), put(solution, {"k": np.ones(3)}), flag=True)
            expect(False, "wrong")

        assert self.evidence(function, f=f).calls == ("f(x: (2, 30) float32, cache: {'k': (3,)}, flag=True)",)


class TestRandomness:
    def test_normal_sample_passes(self) -> None:
        for seed in range(20):
            sample = np.random.default_rng(seed).normal(0, 0.3, 20_000)
            assert_normal(solution_of(), sample, 0.3, "weight")

    @pytest.mark.parametrize(
        ("sample", "words"),
        [
            (lambda rng: rng.normal(0, 0.32, 20_000), "has a standard deviation of"),
            (lambda rng: rng.normal(0.02, 0.3, 20_000), "has a mean of"),
            (lambda rng: rng.uniform(-0.3 * 3**0.5, 0.3 * 3**0.5, 20_000), "is not normally distributed"),
            (lambda rng: np.zeros(20_000), "has a standard deviation of 0, expected 0.3"),
        ],
        ids=["variance", "mean", "uniform", "zeros"],
    )
    def test_any_other_sample_fails(self, sample: Callable[[np.random.Generator], np.ndarray], words: str) -> None:
        for seed in range(20):
            with pytest.raises(CheckFailed, match=f"^weight {words}"):
                assert_normal(solution_of(), sample(np.random.default_rng(seed)), 0.3, "weight")

    def test_generator(self) -> None:
        assert_honours_generator(solution_of(), lambda rng: rng.normal(size=3), "weight")
        with fails("weight differs between two generators with the same seed: draw only from `rng`"):
            other = np.random.default_rng(0)
            assert_honours_generator(solution_of(), lambda rng: other.normal(size=3), "weight")
        with fails("weight is the same for generators with different seeds: draw it from `rng`"):
            assert_honours_generator(solution_of(), lambda rng: np.ones(3), "weight")

    P = np.array([0.5, 0.3, 0.15, 0.05])

    def test_frequencies_of_the_right_distribution_pass(self) -> None:
        for seed in range(50):
            counts = np.random.default_rng(seed).multinomial(4000, self.P)
            assert_frequencies(solution_of(), counts, self.P, "the token")

    def test_frequencies_of_another_temperature_are_found(self) -> None:
        moved = np.array([0.5, 0.3, 0.15, 0.05]) ** 0.75
        for seed in range(50):
            counts = np.random.default_rng(seed).multinomial(4000, moved / moved.sum())
            with pytest.raises(CheckFailed, match="chi-square is"):
                assert_frequencies(solution_of(), counts, self.P, "the token")

    def test_an_outcome_of_probability_zero_must_not_come(self) -> None:
        with fails("the token: 2 came 1 times, but its probability is 0"):
            assert_frequencies(solution_of(), np.array([500, 499, 1]), np.array([0.5, 0.5, 0.0]), "the token")

    @pytest.mark.parametrize(("degrees", "exact"), [(1, 37.325), (2, 41.447), (3, 44.838), (10, 62.936)])
    def test_chi_square_bound(self, degrees: int, exact: float) -> None:
        assert chi_square_bound(degrees) == pytest.approx(exact, rel=1e-3)

    def test_notes_and_their_mark(self) -> None:
        solution = solution_of()
        note(solution, share=0.5, scale=2.0)
        assert solution._transcript.notes == [("share", 0.5), ("scale", 2.0)]

        def check() -> None: ...

        assert by_properties(check) is check
        assert vars(check) == {"compares_properties": True}


class TestWarnings:
    def test_warning_of_the_solution_fails_the_check(self) -> None:
        def forward(x: np.ndarray) -> np.ndarray:
            return np.where(x > 100, 1.0, 1 / (1 + np.exp(-x)))

        solution = solution_of(forward=forward)
        solution.forward(np.array([0.0]))
        assert_no_warnings(solution)
        solution.forward(np.array([-1000.0]))
        with pytest.raises(CheckFailed, match=r"^it gives the right numbers, but with a warning: RuntimeWarning: overflow"):
            assert_no_warnings(solution)


class TestLayouts:
    def test_read_only(self) -> None:
        original = np.ones(3)
        copy = read_only(original)
        assert not copy.flags.writeable
        assert original.flags.writeable

    @pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 4)])
    def test_gapped(self, shape: tuple[int, ...]) -> None:
        original = np.arange(float(np.prod(shape))).reshape(shape)
        copy = gapped(original)
        np.testing.assert_array_equal(copy, original)
        assert not copy.flags.c_contiguous
        assert not copy.flags.f_contiguous

    @pytest.mark.parametrize("layout", [read_only, gapped])
    def test_solution_gets_it_as_such(self, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        def flags(x: np.ndarray) -> tuple[bool, bool]:
            return x.flags.writeable, x.flags.c_contiguous

        x = layout(np.ones((2, 3)))
        assert solution_of(flags=flags).flags(x) == flags(x)
