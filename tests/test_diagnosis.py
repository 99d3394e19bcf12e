"""Which mistake a failure shows: those of the banks by name, in whatever words they are made; patterns for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.diagnosis import Count, expectations, tell
from harness import catalog
from harness.judge.assertions import assert_close
from harness.judge.bank import Mistake, find_mistake, load_bank, parse_bank, reference_source
from harness.judge.collect import collect_checks
from harness.judge.comparison import all_same, same
from harness.judge.diagnosis import Findings, diagnose
from harness.judge.patterns import describe_difference
from harness.judge.replay import Check, changed_inputs_counted, run_check
from harness.judge.session import Options, judge
from harness.judge.verdict import Diagnosis, Outcome, Verdict
from harness.sandbox import wire
from harness.sandbox.local import LocalBackend

RIGHT_SOLUTIONS = Path(__file__).with_name("right_solutions")
WRONG_SOLUTIONS = Path(__file__).with_name("wrong_solutions")
PATIENCE = 60.0
"""Seconds that a search may take here, however busy the machine is."""


def right_but_for(file: str, *changes: tuple[str, str]) -> str:
    """The source of one of the right solutions, with some of its code replaced."""
    source = (RIGHT_SOLUTIONS / file).read_text()
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


def found_in(source: str, checks: Sequence[Check], bank: Sequence[Mistake]) -> Findings:
    """What is found in a solution that fails some of the checks."""
    names: dict[str, Any] = {}
    exec(source, names)
    backend = LocalBackend(names)
    attempts = [(check, run_check(check, backend, "answer.py", 0)) for check in checks]
    changed = {check.name: attempt for check, attempt in changed_inputs_counted(attempts)}
    attempts = [(check, changed.get(check.name, attempt)) for check, attempt in attempts]
    assert any(attempt.outcome is not Outcome.PASSED for _, attempt in attempts)
    return diagnose(attempts, bank, 0, PATIENCE)


def findings(kata_name: str, source: str) -> Findings:
    """The same with the hidden tests and the bank of a kata."""
    kata = catalog.find(kata_name)
    return found_in(source, collect_checks(kata), load_bank(kata.module))


def names_of(found: Findings) -> list[str]:
    return [mistake.name for mistake in found.mistakes]


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
    def test_mistake_made_in_other_words_is_named_and_no_other(self, case: str) -> None:
        kata, mistake, file, change = MISTAKES_IN_OTHER_WORDS[case]
        assert names_of(findings(kata, right_but_for(file, change))) == [mistake]

    def test_real_check_names_it_with_its_explanation(self, tmp_path: Path) -> None:
        kata, mistake, file, change = MISTAKES_IN_OTHER_WORDS["linear loops, bias averaged"]
        path = tmp_path / f"{kata}.py"
        path.write_text(right_but_for(file, change))
        verdict = judge(catalog.find(kata), path, path.name, Options(timing=False))
        told = [diagnosis for check in verdict.checks() for diagnosis in check.diagnosis]
        assert Diagnosis(mistake, find_mistake(kata, mistake).explanation) in told
        assert verdict.mistakes == (mistake,)

    def test_two_mistakes_in_different_checks_are_both_named(self) -> None:
        source = right_but_for(
            "linear/loops.py",
            ("d_bias[j] += g\n", "d_bias[j] += g / len(d_out)\n"),
            ("deviation = math.sqrt(2.0 / in_features)", "deviation = math.sqrt(1.0 / in_features)"),
        )
        found = findings("linear", source)
        assert set(names_of(found)) == {"averaged-bias-gradient", "xavier-initialisation"}
        assert found.unexplained == ()

    def test_two_mistakes_in_one_answer_are_both_named(self) -> None:
        source = right_but_for(
            "linear/einsum.py",
            ('"ni,no->io"', '"ni,no->oi"'),
            ('np.einsum("no->o", d_out)', "d_out.mean(axis=0)"),
        )
        assert set(names_of(findings("linear", source))) == {"transposed-weight-gradient", "averaged-bias-gradient"}

    def test_wrong_in_a_way_of_its_own_gets_a_pattern_and_no_name(self) -> None:
        change = ('np.einsum("no,io->ni", d_out, weight)', '7 * np.einsum("no,io->ni", d_out, weight)')
        found = findings("linear", right_but_for("linear/einsum.py", change))
        assert found.mistakes == ()
        told = [diagnosis for diagnoses in found.by_check.values() for diagnosis in diagnoses]
        assert told
        assert {diagnosis.explanation for diagnosis in told} == {"d_x: every value is 7 times what it should be."}
        assert set(found.unexplained) == set(found.by_check)

    @pytest.mark.parametrize("eps", ["1e-6", "1e-9", "1e-12"])
    def test_constant_of_the_learner_is_found_among_those_to_try(self, eps: str) -> None:
        bank = load_bank("softmax")
        mistake = next(one for one in bank if one.name == "clipped-output")
        assert mistake.constant is not None
        source = mistake.source(eps)
        named = names_of(found_in(source, collect_checks(catalog.find("softmax")), bank))
        assert named == (["clipped-output"] if eps in mistake.constant.values else [])

    def test_crash_is_not_explained(self, tmp_path: Path) -> None:
        path = tmp_path / "relu.py"
        path.write_text(
            right_but_for("relu/mask_copy.py", ("y = x.copy()", "y = x.copy() if x.ndim > 1 else __import__('os')._exit(1)"))
        )
        verdict = judge(catalog.find("relu"), path, "relu.py", Options(timing=False))
        crashed = [check for check in verdict.checks() if check.outcome is not Outcome.PASSED]
        assert {check.outcome for check in crashed} == {Outcome.CRASHED}
        assert not any(check.diagnosis for check in crashed)
        assert verdict.unexplained == len(crashed)

    def test_diagnosis_can_be_left_out(self, tmp_path: Path) -> None:
        path = tmp_path / "relu.py"
        path.write_text(right_but_for("relu/loops.py", ("if self.x[index] > 0", "if self.x[index] >= 0")))
        verdict = judge(catalog.find("relu"), path, "relu.py", Options(timing=False, diagnosis=False))
        assert not verdict.passed
        assert not any(check.diagnosis for check in verdict.checks())

    @pytest.mark.parametrize(
        "value",
        [
            "x > 0",
            "(x * 100).astype('i1')",
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
        verdict: Verdict = judge(catalog.find("relu"), path, "relu.py", Options(timing=False))
        assert verdict.score < 50


def layer(forward: str, backward: str = "d_out * self._positive") -> str:
    """A ReLU, right or wrong."""
    return (
        "import numpy as np\nclass ReLU:\n"
        f"    def forward(self, x):\n        self._positive = x > 0\n        return {forward}\n"
        f"    def backward(self, d_out):\n        return {backward}\n"
    )


X = np.array([[-1.5, 2.0, 0.5], [3.0, -0.25, -4.0]])


def mistake(name: str, *replaced: tuple[str, str]) -> Mistake:
    """A mistake in the reference's ReLU, as a bank would hold it."""

    hunks = "\n\n".join(f"-{old}\n+{new}" for old, new in replaced)
    page = f"## {name}\n\nTags: sign\n\nSaid in a sentence.\n\n```diff\n{hunks}\n```\n"
    return parse_bank(page, "relu", reference_source("relu"))[0]


FORWARD = "        return np.maximum(x, 0)"
BACKWARD = "        return d_out * self._positive"


def check(function: Callable[..., None], name: str) -> Check:
    return Check(f"TestMadeUp::{name}", "forward", name, lambda solution, rng: function(solution))


def forward_is_right(solution: Any) -> None:
    assert_close(solution.ReLU().forward(X), np.maximum(X, 0), "forward(x)")


def backward_is_right(solution: Any) -> None:
    relu = solution.ReLU()
    relu.forward(X)
    assert_close(relu.backward(np.ones_like(X)), (X > 0).astype(float), "d_x")


def sum_is_right(solution: Any) -> None:
    assert_close(solution.ReLU().forward(X[:1, 1]), X[:1, 1], "forward(x)")


def gradient_is_that_of_forward(solution: Any) -> None:
    relu = solution.ReLU()
    slope = (relu.forward(X + 1e-3) - relu.forward(X - 1e-3)) / 2e-3
    relu.forward(X)
    assert_close(relu.backward(np.ones_like(X)), slope, "d_x", rtol=1e-6)


OWN_CHECK = check(gradient_is_that_of_forward, "test_own_forward")
FORWARD_CHECK, BACKWARD_CHECK = check(forward_is_right, "test_forward"), check(backward_is_right, "test_backward")
ONE_NUMBER_CHECK = check(sum_is_right, "test_number")


class TestEvidence:
    """Each rule, with a bank and hidden tests made up for it."""

    def test_three_wrong_numbers_name_a_mistake(self) -> None:
        found = found_in(layer("abs(x)"), [FORWARD_CHECK], [mistake("mirrored", (FORWARD, "        return np.abs(x)"))])
        assert names_of(found) == ["mirrored"]

    def test_nan_everywhere_names_nothing(self) -> None:
        bank = [mistake("nothing", (FORWARD, "        return x * np.nan"))]
        found = found_in(layer("x - np.inf * 0"), [FORWARD_CHECK], bank)
        assert found.mistakes == ()
        assert found.unexplained == (FORWARD_CHECK.name,)

    def test_warning_names_a_mistake_where_it_is_all_that_is_wrong(self) -> None:
        forward = "    def forward(self, x):\n        self.out = 1 / (1 + np.exp(-x))\n        return self.out\n"
        source = f"import numpy as np\nclass Sigmoid:\n{forward}    def backward(self, d_out):\n        return d_out * "
        assert names_of(findings("sigmoid", f"{source}self.out * (1 - self.out)\n")) == ["naive-formula"]
        assert names_of(findings("sigmoid", f"{source}self.out * (1 - self.out) * 2\n")) == []

    def test_exception_alone_names_nothing(self) -> None:
        bank = [mistake("misspelt", (FORWARD, "        return np.maximum(x, zero)"))]
        assert found_in(layer("x.maximum(nought)"), [FORWARD_CHECK], bank).mistakes == ()
        assert found_in(layer("maximum(x, 0)"), [FORWARD_CHECK], bank).mistakes == ()

    def test_lone_number_names_a_mistake_only_where_it_is_all_that_fails(self) -> None:
        bank = [mistake("doubled", (FORWARD, "        return np.maximum(x, 0) * (1 + (x.size == 1))"))]
        source = layer("np.maximum(x, 0) + (x if x.size == 1 else 0)")
        assert names_of(found_in(source, [FORWARD_CHECK, ONE_NUMBER_CHECK], bank)) == ["doubled"]
        other = layer("np.maximum(x, 0) + (x if x.size == 1 else 0)", "d_out * 3")
        assert found_in(other, [FORWARD_CHECK, BACKWARD_CHECK, ONE_NUMBER_CHECK], bank).mistakes == ()

    def test_shape_that_only_one_mistake_gives_names_it(self) -> None:
        flat = mistake("flat", (FORWARD, "        return np.maximum(x, 0).ravel()"))
        assert names_of(found_in(layer("np.maximum(x, 0).reshape(-1)"), [FORWARD_CHECK], [flat])) == ["flat"]

    def test_shape_that_two_mistakes_give_names_neither(self) -> None:
        """They differ in what backward gives, which is wrong in another way."""
        checks = [check(forward_is_right, f"test_forward_{i}") for i in range(6)]
        flat = mistake("flat", (FORWARD, "        return np.zeros(x.size)"))
        also = mistake("empty", (FORWARD, "        self._positive = x > 1\n+        return np.zeros(x.size)"))
        source = layer("np.zeros(x.size)", "d_out * 7")
        assert names_of(found_in(source, [*checks, BACKWARD_CHECK], [flat])) == ["flat"]
        assert found_in(source, [*checks, BACKWARD_CHECK], [flat, also]).mistakes == ()
        idle = mistake("idle", (BACKWARD, "        return d_out * self._positive * 2"))  # a pair with it explains no more
        assert found_in(source, [*checks, BACKWARD_CHECK], [flat, also, idle]).mistakes == ()

    def test_what_speaks_against_a_mistake_outweighs_what_it_explains(self) -> None:
        whole = mistake("mirrored", (FORWARD, "        return np.abs(x) * (1 + (x.ndim == 1))"))
        other_vector = layer("np.abs(x) * (1 + 2 * (x.ndim == 1))")
        assert found_in(other_vector, [FORWARD_CHECK, ONE_NUMBER_CHECK], [whole]).mistakes == ()

    def test_whoever_passes_what_a_mistake_fails_does_not_make_it(self) -> None:
        whole = mistake("mirrored", (FORWARD, "        return np.abs(x) * (1 + (x.ndim == 1))"))
        assert found_in(layer("abs(x)"), [FORWARD_CHECK, ONE_NUMBER_CHECK], [whole]).mistakes == ()

    def test_mistake_made_in_one_function_only_says_where(self) -> None:
        both = mistake(
            "leaky", (FORWARD, "        return np.where(x > 0, x, x / 9)"), (BACKWARD, "        return d_out / 9")
        )
        found = found_in(layer("np.maximum(x, x / 9)"), [FORWARD_CHECK, BACKWARD_CHECK], [both])
        assert names_of(found) == ["leaky"]
        assert found.mistakes[0].headline == "Said in a sentence. (Here only in `forward`.)"
        assert found.unexplained == ()

    def test_what_follows_from_a_wrong_answer_is_not_held_against_a_mistake(self) -> None:
        """The learner's backward remembers x, not the mask that forward got wrong."""
        odd = mistake("odd", (FORWARD, "        self._positive = np.sign(x)\n+        return np.abs(x)"))
        late = mistake("late", (FORWARD, "        self._positive = x > 1\n+        return np.abs(x)"))
        assert names_of(found_in(layer("abs(x)"), [FORWARD_CHECK, BACKWARD_CHECK], [late])) == ["late"]
        assert found_in(layer("abs(x)"), [FORWARD_CHECK, OWN_CHECK], [odd]).unexplained == ()
        unseen = mistake("unseen", (FORWARD, "        self._positive = x > 1\n+        return np.abs(x) * (x > -4)"))
        assert found_in(layer("abs(x)"), [FORWARD_CHECK, BACKWARD_CHECK], [unseen]).mistakes == ()

    def test_what_fails_in_other_layouts_only_is_not_held_against_a_mistake(self) -> None:
        whole = mistake("mirrored", (FORWARD, "        return np.abs(x) * (1 + (x.ndim == 1))"))
        aside = replace(ONE_NUMBER_CHECK, group="layouts")
        assert names_of(found_in(layer("abs(x)"), [FORWARD_CHECK, aside], [whole])) == ["mirrored"]

    def test_nan_and_inf_are_one_where_the_numbers_beside_them_name_the_mistake(self) -> None:
        bank = [mistake("spoilt", (FORWARD, "        return np.where(x < -3, np.nan, np.abs(x))"))]
        assert names_of(found_in(layer("np.where(x < -3, np.inf, abs(x))"), [FORWARD_CHECK], bank)) == ["spoilt"]
        assert found_in(layer("np.where(x < -3, 1.0, abs(x))"), [FORWARD_CHECK], bank).mistakes == ()

    def test_rounding_to_single_precision_is_recognised_whatever_the_digits(self) -> None:
        edit = "        return (np.maximum(x, 0) / 3).astype(np.float32).astype(np.float64) * 3"
        bank = [mistake("coarse", (FORWARD, edit))]
        source = layer("(np.maximum(x, 0) / 7).astype(np.float32).astype(np.float64) * 7")
        assert names_of(found_in(source, [FORWARD_CHECK], bank)) == ["coarse"]
        assert found_in(layer("np.maximum(x, 0) * (1 + 1e-6)"), [FORWARD_CHECK], bank).mistakes == ()

    def test_smallest_set_explains(self) -> None:
        """Two mistakes of the bank, one that makes both: the one is named."""
        one = mistake("mirrored", (FORWARD, "        return np.abs(x)"))
        two = mistake("tripled", (BACKWARD, "        return d_out * 3"))
        both = mistake("both", (FORWARD, "        return np.abs(x)"), (BACKWARD, "        return d_out * 3"))
        source = layer("abs(x)", "d_out * 3")
        assert names_of(found_in(source, [FORWARD_CHECK, BACKWARD_CHECK], [one, two, both])) == ["both"]
        assert set(names_of(found_in(source, [FORWARD_CHECK, BACKWARD_CHECK], [one, two]))) == {"mirrored", "tripled"}

    def test_what_is_left_open_is_counted(self) -> None:
        bank = [mistake("mirrored", (FORWARD, "        return np.abs(x)"))]
        found = found_in(layer("abs(x)", "d_out * x"), [FORWARD_CHECK, BACKWARD_CHECK], bank)
        assert names_of(found) == ["mirrored"]
        assert found.unexplained == (BACKWARD_CHECK.name,)


class TestMeasured:
    """The bank of wrong solutions that was written from the statements alone."""

    def test_expected_names_stand_in_the_banks_and_every_defect_has_its_list(self) -> None:
        for module, files in expectations().items():
            known = {one.name for one in load_bank(module)}
            assert set(files) == {file.stem for file in (WRONG_SOLUTIONS / module).glob("*.py")}
            for stem, lists in files.items():
                source = (WRONG_SOLUTIONS / module / f"{stem}.py").read_text(encoding="utf-8")
                assert len(lists) == source.count("\ndefect: ") + source.count('"""defect: '), (module, stem)
                assert {name.lstrip("~") for names in lists for name in names} <= known, (module, stem)

    def test_a_sample_is_named_as_readme_says(self) -> None:
        """Every eighth file of the quick katas; `python benchmarks/diagnosis.py` judges all files."""
        count = Count()
        for name in ("linear", "momentum", "mse", "numerical-gradient", "sgd", "step"):
            kata = catalog.find(name)
            for stem, lists in sorted(expectations()[kata.module].items())[::8]:
                count.add(tell(kata, WRONG_SOLUTIONS / kata.module / f"{stem}.py", lists, 0, False))
        assert count.names > 5
        assert count.wrong == 0
        assert count.recall_of_known >= 0.8


class TestSameness:
    ARRAY = np.array([1.0, -2.0, 3.0])

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (ARRAY, ARRAY * (1 + 1e-10)),
            (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
            (wire.Handle(1, "A"), wire.Handle(7, "B")),
            (np.array([1, 2], "f4"), np.array([1, 2.00001], "f4")),
            (np.array([True, False]), np.array([True, False])),
            ("text", "text"),
            (None, None),
            (1.0, 1.0 + 1e-10),
            (np.array([1, 2], "u1"), np.array([1, 2])),
        ],
    )
    def test_alike(self, a: object, b: object) -> None:
        assert same(a, b)

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (ARRAY, ARRAY * (1 + 1e-8)),
            (np.array([1e300, 1.0, 2.0, 3.0]), np.array([1e300, 1.0, 2.0, 4.0])),
            (ARRAY, ARRAY[:2]),
            (ARRAY, ARRAY[None]),
            (ARRAY, ARRAY.astype(np.float32)),
            (ARRAY, None),
            (ARRAY, "text"),
            (np.array([np.nan, 1.0]), np.array([1.0, np.nan])),
            (wire.Handle(1, "A"), 1),
            (np.array([True, False]), np.array([False, False])),
            (np.array([1, 2], "u1"), np.array([2, 1], "u1")),
            (10**400, 10**400 + 1),
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

    @pytest.mark.parametrize(("got", "expected"), [(0.5, 3.0), ([0.5], [3.0]), ([[-1.0]], [[1.0]])])
    def test_lone_number_has_no_pattern(self, got: object, expected: object) -> None:
        assert self.told(got, expected) == ""

    @pytest.mark.parametrize("size", [1e-7, 1e-9, 1e-12])
    def test_differences_of_rounding_have_no_pattern(self, size: float) -> None:
        assert self.told(self.X * (1 + size)) == ""
        assert self.told(self.X + size) == ""

    def test_float32_is_recognised_as_such(self) -> None:
        coarse = "The values are right to the precision of float32 only: some step computes in it."
        assert self.told((np.exp(self.X.astype(np.float32))).astype(np.float64), np.exp(self.X)) == coarse

    def test_small_term_is_not_taken_for_rounding(self) -> None:
        assert "precision" not in self.told(self.X * (1 + 1e-5 / (1 + self.X**2)))
        assert "precision" not in self.told(self.X + 2e-7)

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
