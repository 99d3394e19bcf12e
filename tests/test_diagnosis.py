"""Which mistake a failure shows: those of the banks by name, in whatever words they are made; patterns for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from harness import catalog
from harness.judge.bank import compose, find_mistake, load_bank
from harness.judge.collect import collect_checks
from harness.judge.comparison import all_same, same
from harness.judge.diagnosis import Findings, diagnose
from harness.judge.patterns import describe_difference
from harness.judge.replay import changed_inputs_counted, run_check
from harness.judge.session import Options, judge
from harness.judge.verdict import Diagnosis, Outcome, Verdict
from harness.sandbox import wire
from harness.sandbox.local import LocalBackend

RIGHT_SOLUTIONS = Path(__file__).with_name("right_solutions")


def right_but_for(file: str, *changes: tuple[str, str]) -> str:
    """The source of one of the right solutions, with some of its code replaced."""
    source = (RIGHT_SOLUTIONS / file).read_text()
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


def findings(kata_name: str, source: str) -> Findings:
    """What the diagnosis makes of a solution."""
    kata = catalog.load(kata_name)
    names: dict[str, object] = {}
    exec(source, names)
    backend = LocalBackend(names)
    attempts = [(check, run_check(check, backend, "answer.py", 0)) for check in collect_checks(kata)]
    attempts = [*attempts, *changed_inputs_counted(attempts)]
    last = {check.name: (check, attempt) for check, attempt in attempts}
    assert any(attempt.outcome is not Outcome.PASSED for _, attempt in last.values())
    return diagnose(list(last.values()), load_bank(kata.module), 0, seconds=20.0)


def diagnoses(kata_name: str, source: str) -> dict[str, tuple[Diagnosis, ...]]:
    """What is said about each check that the solution fails."""
    return findings(kata_name, source).by_check


def named(found: dict[str, tuple[Diagnosis, ...]]) -> set[str | None]:
    return {diagnosis.mistake for told in found.values() for diagnosis in told}


# The same misconceptions as in the banks, in code that has nothing in common with theirs.
MISTAKES_IN_OTHER_WORDS = {
    "linear loops, bias averaged": (
        "linear",
        "averaged-bias-gradient",
        "linear/loops.py",
        ("d_bias[j] += g\n", "d_bias[j] += g / len(d_out)\n"),
    ),
    "linear einsum, weight transposed": (
        "linear",
        "transposed-weight-gradient",
        "linear/einsum.py",
        ('"ni,no->io"', '"ni,no->oi"'),
    ),
    "linear loops, bias left out": ("linear", "missing-bias", "linear/loops.py", ("total = self.bias[j]", "total = 0.0")),
    "linear einsum, no factor of two": (
        "linear",
        "xavier-initialisation",
        "linear/einsum.py",
        ("(2 / in_features) ** 0.5", "in_features**-0.5"),
    ),
    "linear einsum, axis kept": (
        "linear",
        "kept-batch-axis",
        "linear/einsum.py",
        ('np.einsum("no->o", d_out)', "d_out.sum(0, keepdims=True)"),
    ),
    "relu loops, one at zero": (
        "relu",
        "unit-slope-at-zero",
        "relu/loops.py",
        ("if self.x[index] > 0", "if self.x[index] >= 0"),
    ),
    "relu copy, in place": ("relu", "in-place-clipping", "relu/mask_copy.py", ("y = x.copy()", "y = x")),
    "conv2d strides, bias over the batch": (
        "conv2d",
        "batch-only-bias-gradient",
        "conv2d/stride_tricks.py",
        ("d_out.sum(axis=(0, 2, 3))", "np.add.reduce(d_out)"),
    ),
    "conv2d strides, kernel turned round": (
        "conv2d",
        "flipped-kernel",
        "conv2d/stride_tricks.py",
        ("np.tensordot(windows, self.weight, axes", "np.tensordot(windows, self.weight[..., ::-1, ::-1], axes"),
    ),
    "conv2d einsum, overlaps overwritten": (
        "conv2d",
        "overwritten-overlaps",
        "conv2d/einsum.py",
        ("] += np.einsum(", "] = np.einsum("),
    ),
    "conv2d einsum, padding left on": (
        "conv2d",
        "uncropped-input-gradient",
        "conv2d/einsum.py",
        ("d_padded[:, :, p : height - p, p : width - p]", "d_padded"),
    ),
    "conv2d strides, kernel not turned for d_x": (
        "conv2d",
        "flipped-kernel-in-input-gradient",
        "conv2d/stride_tricks.py",
        ("flipped = self.weight[:, :, ::-1, ::-1]", "flipped = self.weight"),
    ),
}


class TestMistakesOfTheBank:
    @pytest.mark.parametrize("case", MISTAKES_IN_OTHER_WORDS)
    def test_mistake_made_in_other_words_is_named(self, case: str) -> None:
        kata, mistake, file, change = MISTAKES_IN_OTHER_WORDS[case]
        found = diagnoses(kata, right_but_for(file, change))
        assert mistake in named(found)

    @pytest.mark.parametrize(
        ("kata", "mistake", "file", "change"),
        [
            MISTAKES_IN_OTHER_WORDS[case]
            for case in MISTAKES_IN_OTHER_WORDS
            if case.endswith(("averaged", "zero", "over the batch"))
        ],
    )
    def test_real_check_names_it_with_its_explanation(
        self, tmp_path: Path, kata: str, mistake: str, file: str, change: tuple[str, str]
    ) -> None:
        path = tmp_path / f"{kata}.py"
        path.write_text(right_but_for(file, change))
        verdict = judge(catalog.load(kata), path, path.name, Options(timing=False))
        explanation = find_mistake(catalog.load(kata).module, mistake).explanation
        told = [diagnosis for check in verdict.checks() for diagnosis in check.diagnosis]
        assert Diagnosis(mistake, explanation) in told
        assert explanation

    def test_two_mistakes_in_different_checks_are_both_named(self) -> None:
        source = right_but_for(
            "linear/loops.py",
            ("d_bias[j] += g\n", "d_bias[j] += g / len(d_out)\n"),
            ("deviation = math.sqrt(2.0 / in_features)", "deviation = math.sqrt(1.0 / in_features)"),
        )
        assert {"averaged-bias-gradient", "xavier-initialisation"} <= named(diagnoses("linear", source))

    def test_two_mistakes_in_one_check_are_each_named_where_they_show(self) -> None:
        """Neither mistake's own transcript is the learner's; the one that shares the first wrong value is named."""
        source = right_but_for(
            "conv2d/einsum.py",
            ("] += np.einsum(", "] = np.einsum("),
            ('np.einsum("noij->o", d_out)', "d_out.sum(axis=0)"),
        )
        assert named(diagnoses("conv2d", source)) & {"overwritten-overlaps", "batch-only-bias-gradient"}

    def test_mistake_that_explains_most_checks_is_preferred(self) -> None:
        found = diagnoses("linear", right_but_for("linear/einsum.py", ('np.einsum("no->o", d_out)', "d_out.mean(axis=0)")))
        told = [diagnosis.mistake for diagnoses in found.values() for diagnosis in diagnoses]
        assert set(told) == {"averaged-bias-gradient"}

    def test_wrong_in_a_way_of_its_own_gets_a_pattern_and_no_name(self) -> None:
        change = ('np.einsum("no,io->ni", d_out, weight)', '7 * np.einsum("no,io->ni", d_out, weight)')
        found = diagnoses("linear", right_but_for("linear/einsum.py", change))
        assert named(found) == {None}
        assert all("Every value is 7 times what it should be." in d.explanation for told in found.values() for d in told)

    def test_crash_is_not_explained(self, tmp_path: Path) -> None:
        path = tmp_path / "relu.py"
        path.write_text(
            right_but_for("relu/mask_copy.py", ("y = x.copy()", "y = x.copy() if x.ndim > 1 else __import__('os')._exit(1)"))
        )
        verdict = judge(catalog.load("relu"), path, "relu.py", Options(timing=False))
        crashed = [check for check in verdict.checks() if check.outcome is not Outcome.PASSED]
        assert {check.outcome for check in crashed} == {Outcome.CRASHED}
        assert not any(check.diagnosis for check in crashed)

    def test_diagnosis_can_be_left_out(self, tmp_path: Path) -> None:
        path = tmp_path / "relu.py"
        path.write_text(right_but_for("relu/loops.py", ("if self.x[index] > 0", "if self.x[index] >= 0")))
        verdict = judge(catalog.load("relu"), path, "relu.py", Options(timing=False, diagnosis=False))
        assert not verdict.passed
        assert not any(check.diagnosis for check in verdict.checks())

    @pytest.mark.parametrize(
        "value",
        [
            "x > 0",
            "(x * 100).astype('i1')",
            "x.astype('u1')",
            "x + 5j",
            "10**400",
            "'text'",
            "{'a': x}",
            "[x, None]",
            "x.astype('f2')",
            "np.ones(0)",
        ],
    )
    def test_odd_results_do_not_hurt_the_judge(self, tmp_path: Path, value: str) -> None:
        path = tmp_path / "relu.py"
        path.write_text(
            "import numpy as np\nclass ReLU:\n"
            f"    def forward(self, x): return {value}\n    def backward(self, x): return {value}\n"
        )
        verdict: Verdict = judge(catalog.load("relu"), path, "relu.py", Options(timing=False))
        assert verdict.score < 50


class TestRules:
    def test_two_mistakes_are_both_found_and_nothing_is_left(self) -> None:
        pair = (find_mistake("conv2d", "batch-only-bias-gradient"), find_mistake("conv2d", "missing-bias"))
        found = findings("conv2d", compose(pair))
        assert {mistake.name for mistake in found.mistakes} == {mistake.name for mistake in pair}
        assert found.unexplained == ()

    def test_nan_proves_nothing(self) -> None:
        source = right_but_for("linear/einsum.py", ('np.einsum("no->o", d_out)', "d_out.sum(0) * np.nan"))
        found = findings("linear", source)
        assert found.mistakes == ()
        assert found.unexplained

    def test_an_exception_proves_nothing(self) -> None:
        source = right_but_for("linear/einsum.py", ('np.einsum("no->o", d_out)', "d_out.sum(axis=9)"))
        assert findings("linear", source).mistakes == ()

    def test_what_no_mistake_explains_is_counted(self) -> None:
        source = compose([find_mistake("linear", "missing-bias")])
        assert source.count("np.zeros(out_features)") == 1
        found = findings("linear", source.replace("np.zeros(out_features)", "np.full(out_features, 0.25)"))
        assert [mistake.name for mistake in found.mistakes] == ["missing-bias"]
        assert "TestForward::test_start[bias]" in found.unexplained


class TestSameness:
    ARRAY = np.array([1.0, -2.0, 3.0])

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (ARRAY, ARRAY * (1 + 1e-11)),
            (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
            (wire.Handle(1, "A"), wire.Handle(7, "B")),
            (np.array([1, 2], "f4"), np.array([1, 2.00001], "f4")),
            (np.array([True, False]), np.array([True, False])),
            ("text", "text"),
            (None, None),
            (1.0, 1.0 + 1e-11),
        ],
    )
    def test_alike(self, a: object, b: object) -> None:
        assert same(a, b)

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (ARRAY, ARRAY * (1 + 1e-8)),
            (ARRAY, ARRAY[:2]),
            (ARRAY, ARRAY[None]),
            (ARRAY, ARRAY.astype(np.float32)),
            (ARRAY, None),
            (ARRAY, "text"),
            (np.array([np.nan, 1.0]), np.array([1.0, np.nan])),
            (wire.Handle(1, "A"), 1),
            (np.array([True, False]), np.array([False, False])),
            (np.array([1, 2], "u1"), np.array([2, 1], "u1")),
            (True, 1),
        ],
    )
    def test_different(self, a: object, b: object) -> None:
        assert not same(a, b)
        assert not same(b, a)

    def test_a_tuple_is_compared_part_by_part(self) -> None:
        assert all_same([self.ARRAY, 1], (self.ARRAY, 1))
        assert not all_same([self.ARRAY], [self.ARRAY, self.ARRAY])
        assert not all_same({"a": 1}, {"b": 1})


class TestPatterns:
    X = np.random.default_rng(0).normal(size=(6, 4))
    INPUT = (6, 5)

    def told(self, got: object, expected: object | None = None, input_shape: Sequence[int] = INPUT) -> str:
        right = self.X if expected is None else expected
        return describe_difference(np.asarray(got), np.asarray(right), tuple(input_shape))

    @pytest.mark.parametrize(
        ("factor", "name"),
        [
            (0.5, "1/2"),
            (2**0.5, "sqrt(2)"),
            (6, "N"),
            (1 / 6, "1/N"),
            (5, "D"),
            (-1 / 6, "-1/N"),
            (1 / 30, "1/the number of elements"),
        ],
    )
    def test_constant_factor_and_what_it_equals(self, factor: float, name: str) -> None:
        assert self.told(self.X * factor) == f"Every value is {factor:.6g} times what it should be, which is {name}."

    @pytest.mark.parametrize(
        ("factor", "name"), [(1 / 35, "1/(H*W)"), (35, "H*W"), (1 / 140, "1/(N*H*W)"), (3, "C"), (7, "W")]
    )
    def test_factor_of_an_image(self, factor: float, name: str) -> None:
        assert self.told(self.X * factor, input_shape=(4, 3, 5, 7)).endswith(f"which is {name}.")

    @pytest.mark.parametrize("factor", [1.7, 2, -1])
    def test_factor_that_needs_no_name(self, factor: float) -> None:
        assert self.told(self.X * factor) == f"Every value is {factor} times what it should be."

    def test_nothing_is_said_of_a_lone_number(self) -> None:
        assert self.told(0.5, 3.0) == ""
        assert self.told([0.5], [3.0]) == ""

    def test_nothing_is_said_of_rounding(self) -> None:
        assert self.told(self.X * (1 + 1e-7)) == ""

    def test_a_coarse_dtype_is_recognised_first(self) -> None:
        assert self.told(self.X.astype(np.float32)).startswith("The values are right to the precision of float32 only")

    def test_factor_that_fits_two_sizes_names_both(self) -> None:
        assert self.told(self.X / 6, input_shape=(6, 6)).endswith("which is 1/N or 1/D.")

    def test_zero(self) -> None:
        assert self.told(np.zeros((6, 4))) == "Every value is exactly zero."

    def test_transpose_of_a_square(self) -> None:
        square = np.random.default_rng(0).normal(size=(4, 4))
        assert self.told(square.T, square) == "It is the transpose of what it should be."

    def test_permuted_axes(self) -> None:
        cube = np.random.default_rng(0).normal(size=(3, 3, 3))
        assert self.told(cube.transpose(0, 2, 1), cube) == "Its axes are permuted: (0, 2, 1)."

    def test_reversed_axis(self) -> None:
        assert self.told(self.X[:, ::-1]) == "It is reversed along axis 1."

    def test_turned_kernel(self) -> None:
        kernel = np.random.default_rng(0).normal(size=(2, 3, 3, 3))
        expected = "It is flipped along its last two axes, as by a kernel turned round."
        assert self.told(kernel[..., ::-1, ::-1], kernel) == expected

    @pytest.mark.parametrize(("places", "way"), [(-1, "early"), (1, "late")])
    def test_off_by_one(self, places: int, way: str) -> None:
        moved = np.roll(self.X, places, axis=0)
        moved[-1 if places < 0 else 0] = 99
        assert (
            self.told(moved) == f"Along axis 0 every value stands one place too {way}: off by one in a window or an index."
        )

    def test_one_wrong_row_of_a_constant_is_no_shift(self) -> None:
        got = np.ones(9)
        got[-1] = 5
        assert self.told(got, np.ones(9)) == "Only index 8 of axis 0 is wrong; the rest is right."

    def test_one_wrong_row(self) -> None:
        got = self.X.copy()
        got[2] += 1
        assert self.told(got) == "Only index 2 of axis 0 is wrong; the rest is right."

    def test_two_wrong_rows(self) -> None:
        got = self.X.copy()
        got[[0, 5]] *= 3
        assert self.told(got) == "Only indexes 0, 5 of axis 0 are wrong; the rest is right."

    def test_wrong_column(self) -> None:
        expected = np.random.default_rng(0).normal(size=(2, 9))
        got = expected.copy()
        got[:, 4] = [7, 8]
        assert self.told(got, expected) == "Only index 4 of axis 1 is wrong; the rest is right."

    def test_missing_number(self) -> None:
        assert self.told(self.X - 0.25) == "The same number, 0.25, is missing everywhere."

    def test_missing_term_of_lower_rank(self) -> None:
        got = self.X - np.arange(1.0, 5.0)
        assert (
            self.told(got) == "What is missing does not vary along axis 0: a term of lower rank, such as a bias or a mean."
        )

    @pytest.mark.parametrize(
        ("shape", "expected", "words"),
        [
            ((4, 6), (6, 4), "permutation of the right one"),
            ((6, 1, 4), (6, 4), "differs only in axes of length 1"),
            ((4,), (1, 4), "differs only in axes of length 1"),
            ((6, 3), (3,), "It has 1 axis too many: perhaps a sum over them is missing."),
            ((2, 6, 3), (5,), "It has 2 axes too many"),
            ((3,), (6, 3), "It has fewer axes than it should"),
        ],
    )
    def test_wrong_shape(self, shape: tuple[int, ...], expected: tuple[int, ...], words: str) -> None:
        assert words in self.told(np.ones(shape), np.ones(expected))

    def test_not_finite_in_some_rows(self) -> None:
        got = self.X.copy()
        got[1, 2] = np.nan
        assert self.told(got) == "NaN or inf stands only in row 1 of 6."
        got[3:5] = np.inf
        assert self.told(got) == "NaN or inf stands only in rows 1, 3, 4 of 6."

    def test_not_finite_everywhere(self) -> None:
        assert self.told(np.full((6, 4), np.nan)).startswith("NaN or inf comes from 0/0")

    def test_infinity_that_belongs_there_is_not_blamed(self) -> None:
        expected = np.array([np.inf, 1.0, 2.0])
        assert self.told([np.inf, 1.0, 5.0], expected) == ""

    @pytest.mark.parametrize("kind", ["?", "u1", "i8", "f4"])
    def test_numbers_of_any_kind(self, kind: str) -> None:
        rng = np.random.default_rng(0)
        self.told(rng.integers(0, 2, (5, 4)).astype(kind), rng.integers(0, 2, (5, 4)).astype(kind))

    @pytest.mark.parametrize("got", [np.zeros((0, 3)), np.array("text"), np.array(1 + 2j), np.array(10**400, dtype=object)])
    def test_what_no_pattern_fits(self, got: np.ndarray) -> None:
        assert self.told(got, np.zeros(got.shape)) == ""

    def test_noise_is_no_pattern(self) -> None:
        assert self.told(np.random.default_rng(1).normal(size=(6, 4))) == ""
