"""The verdict: its points, its JSON to the letter, and that no run which judged too little ends in one."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import katas
import reference.linear
from harness import catalog
from harness.catalog import Kata
from harness.judge.collect import collect_checks, run_pytest
from harness.judge.plugin import CheckPlugin
from harness.judge.replay import check_rng
from harness.judge.verdict import (
    Cause,
    CheckResult,
    Diagnosis,
    Evidence,
    GroupResult,
    HotLine,
    HuntCount,
    Outcome,
    Symptoms,
    Timing,
    Verdict,
    json_line,
)
from harness.sandbox.errors import JudgeFailure
from harness.sandbox.local import LocalBackend

PACKAGES = Path(katas.__file__).parents[1]
RIGHT_SOLUTIONS = Path(__file__).with_name("right_solutions")
Command = Callable[..., subprocess.CompletedProcess[str]]


def group(points: int, *outcomes: Outcome, name: str = "forward") -> GroupResult:
    checks = tuple(CheckResult(f"T::{i}", "title", outcome) for i, outcome in enumerate(outcomes))
    return GroupResult(name, points, checks)


def verdict(*groups: GroupResult) -> Verdict:
    return Verdict("conv2d", "conv2d.py", 0, groups)


class TestPoints:
    @pytest.mark.parametrize(
        ("points", "passed", "of", "earned"),
        [(40, 3, 3, 40), (40, 1, 3, 13), (40, 0, 3, 0), (10, 8, 9, 8), (5, 1, 2, 2), (1, 8, 9, 0), (40, 7, 10, 25)],
    )
    def test_share_of_a_group_is_rounded_down(self, points: int, passed: int, of: int, earned: int) -> None:
        outcomes = [Outcome.PASSED] * passed + [Outcome.FAILED] * (of - passed)
        assert group(points, *outcomes).earned == earned

    @pytest.mark.parametrize("points", [16, 20, 40, 60])
    def test_first_failure_in_a_large_group_costs_fifteen_points_at_least(self, points: int) -> None:
        for size in range(1, 60):
            assert group(points, *[Outcome.PASSED] * (size - 1), Outcome.FAILED).earned <= points - 15

    def test_only_all_checks_make_100(self) -> None:
        """However the points are shared out, one failure anywhere is seen in the score."""
        for size in range(1, 60):
            almost = group(60, *[Outcome.PASSED] * (size - 1), Outcome.FAILED)
            result = verdict(almost, group(40, Outcome.PASSED))
            assert result.score < 100
            assert not result.passed

    @pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PASSED])
    def test_any_outcome_but_passed_earns_nothing(self, outcome: Outcome) -> None:
        assert group(40, outcome, Outcome.PASSED).earned == 20
        assert not verdict(group(100, outcome)).passed

    def test_all_passed(self) -> None:
        result = verdict(group(60, Outcome.PASSED, Outcome.PASSED), group(40, Outcome.PASSED))
        assert (result.score, result.passed) == (100, True)

    def test_no_checks_at_all_is_no_pass(self) -> None:
        assert not verdict().passed
        assert not verdict(group(100)).passed
        assert verdict(group(100)).score == 0


class TestJson:
    def test_every_key_in_its_place(self) -> None:
        check = CheckResult(
            "TestGradient::test_bias",
            "d_bias is the derivative of your own forward pass",
            Outcome.FAILED,
            "...",
            0.0120001,
            Cause.WRONG_VALUE,
            (Diagnosis("mean-bias-gradient", "because"), Diagnosis(None, "a pattern")),
            evidence=Evidence(("Conv2d(2, 3, 3)",), (("x", "[1, 2]"),), "[1.]", "[2.]"),
        )
        result = Verdict(
            kata="conv2d",
            file="conv2d.py",
            seed=7,
            groups=(GroupResult("gradient", 40, (check,)), group(60, Outcome.PASSED)),
            timing=Timing(1.07, 1.01, 1.12, 2.3, 2.100004, 57),
            hot_line=HotLine(12, "for i in range(n):", 0.87654321, 2, True),
            output="what the solution printed",
            mistakes=("mean-bias-gradient",),
            unexplained=2,
            hunt=HuntCount(4, 3),
            symptoms=Symptoms((3.0, 2.5, float("inf")), (3.0, 2.4, 2.0), "it stopped"),
            clock_seconds=862.1234,
            check_seconds=0.31249,
            sandbox="landlock",
        )
        passed: dict[str, object] = {
            "name": "T::0",
            "title": "title",
            "outcome": "passed",
            "cause": None,
            "message": "",
            "seconds": 0.0,
            "diagnosis": [],
            "evidence": None,
        }
        expected = {
            "schema": 1,
            "kata": "conv2d",
            "file": "conv2d.py",
            "seed": 7,
            "score": 60,
            "passed": False,
            "groups": [
                {
                    "name": "gradient",
                    "points": 40,
                    "earned": 0,
                    "checks": [
                        {
                            "name": "TestGradient::test_bias",
                            "title": "d_bias is the derivative of your own forward pass",
                            "outcome": "failed",
                            "cause": "wrong value",
                            "message": "...",
                            "seconds": 0.012,
                            "diagnosis": [
                                {"mistake": "mean-bias-gradient", "explanation": "because"},
                                {"mistake": None, "explanation": "a pattern"},
                            ],
                            "evidence": {
                                "calls": ["Conv2d(2, 3, 3)"],
                                "inputs": [["x", "[1, 2]"]],
                                "got": "[1.]",
                                "expected": "[2.]",
                            },
                        }
                    ],
                },
                {"name": "forward", "points": 60, "earned": 60, "checks": [passed]},
            ],
            "timing": {
                "ratio": 1.07,
                "low": 1.01,
                "high": 1.12,
                "solution_ms": 2.3,
                "reference_ms": 2.1,
                "rounds": 57,
                "remark": "",
            },
            "not_timed": None,
            "hot_line": {"line": 12, "code": "for i in range(n):", "share": 0.8765, "loops": 2, "whole": True},
            "output": "what the solution printed",
            "mistakes": ["mean-bias-gradient"],
            "unexplained": 2,
            "hunt": {"planted": 4, "left": 3, "exact": True},
            "symptoms": {"losses": [3.0, 2.5, None], "expected": [3.0, 2.4, 2.0], "stopped": "it stopped"},
            "clock_seconds": 862.1,
            "check_seconds": 0.312,
            "sandbox": "landlock",
        }
        assert json.dumps(result.as_json(), allow_nan=False) == json.dumps(expected)

    def test_line_has_nothing_that_a_terminal_acts_on(self) -> None:
        text = "".join(map(chr, [*range(0x250), *range(0x2000, 0x2070), 0xE000, 0x1F600, 0xE0001])) + "\ud800 ü 練習 ✓"
        line = json_line({"output": text})
        assert line.isprintable()
        assert json.loads(line) == {"output": text}
        assert all(letter in line for letter in "ü練✓\U0001f600")

    def test_symptoms_only_leaves_counts_and_points(self) -> None:
        whole = replace(
            verdict(group(60, Outcome.PASSED), group(40, Outcome.FAILED)), output="x", mistakes=("a",), unexplained=2
        )
        told = whole.symptoms_only()
        assert (told.output, told.mistakes, told.unexplained, told.score) == ("", (), 0, 60)
        assert [(check.name, check.title, check.message) for check in told.checks()] == [("", "", "")] * 2
        assert [check.outcome for check in told.checks()] == [Outcome.PASSED, Outcome.FAILED]

    def test_what_was_not_measured_is_null(self) -> None:
        told = verdict(group(100, Outcome.PASSED)).as_json()
        assert told["timing"] is None
        assert told["hot_line"] is None
        assert told["clock_seconds"] is None

    def test_outcomes_have_the_names_that_are_promised(self) -> None:
        assert {str(outcome) for outcome in Outcome} == {"passed", "failed", "error", "timeout", "crashed", "blocked"}

    def test_command_prints_one_object_and_nothing_else(self, kata: Command, tmp_path: Path) -> None:
        shutil.copy(RIGHT_SOLUTIONS / "relu" / "terse.py", tmp_path / "relu.py")
        with (tmp_path / "relu.py").open("a") as file:
            file.write("\nprint('\\x1b[2J \u00fcn\u00efcode \\ud800')\n")
        done = kata("check", "relu", "--json", "--seed", "3")
        assert (done.returncode, done.stderr) == (0, "")
        told = json.loads(done.stdout)
        assert list(told) == [
            *(
                "schema",
                "kata",
                "file",
                "seed",
                "score",
                "passed",
                "groups",
                "timing",
                "not_timed",
                "hot_line",
                "output",
                "mistakes",
                "unexplained",
                "hunt",
                "symptoms",
                "clock_seconds",
                "check_seconds",
                "sandbox",
            )
        ]
        assert (told["schema"], told["kata"], told["file"], told["seed"]) == (1, "relu", "relu.py", 3)
        assert (told["score"], told["passed"]) == (100, True)
        assert [(g["name"], g["points"], g["earned"]) for g in told["groups"]] == [
            (name, points, points) for name, points in catalog.load("relu").points.items()
        ]
        assert set(told["timing"]) == {"ratio", "low", "high", "solution_ms", "reference_ms", "rounds", "remark"}
        assert told["output"] == "\x1b[2J \u00fcn\u00efcode \\ud800\n"

    @pytest.mark.parametrize(
        "raised",
        ["'\\ud800 \\x1b[2J'", "'x' * 10**7", "type('S', (str,), {'__str__': lambda s: 1 / 0})('x')"],
        ids=["surrogate", "long", "lying"],
    )
    def test_hostile_text_does_not_break_the_output(self, kata: Command, tmp_path: Path, raised: str) -> None:
        (tmp_path / "relu.py").write_text(f"class ReLU:\n    def forward(self, x): raise ValueError({raised})\n")
        for arguments in (("--json",), ()):
            done = kata("check", "relu", *arguments)
            assert (done.returncode, done.stderr) == (1, "")
            assert "\x1b" not in done.stdout
            assert len(done.stdout) < 50_000


CHECKS = '''
import numpy as np
import pytest

class TestForward:
    def test_one(self, solution, rng):
        """one"""

    @pytest.mark.parametrize("n", [1, 2])
    def test_two(self, solution, n):
        """two"""
'''


class TestTooFewChecks:
    @pytest.fixture
    def kata_of(self, tmp_path: Path) -> Callable[..., Kata]:
        """A kata whose hidden tests are the given source."""

        def make(source: str, checks: int, points: dict[str, int] | None = None) -> Kata:
            name = f"made-up-{uuid.uuid4().hex}"  # Python keeps a module by its name
            kata = replace(
                catalog.load("relu"), name=name, folder=tmp_path, checks=checks, points=points or {"forward": 100}
            )
            kata.test_file.write_text(source)
            return kata

        return make

    def test_declared_number_is_found(self, kata_of: Callable[..., Kata]) -> None:
        checks = collect_checks(kata_of(CHECKS, 3))
        assert [check.name for check in checks] == [
            "TestForward::test_one",
            "TestForward::test_two[1]",
            "TestForward::test_two[2]",
        ]
        assert [check.title for check in checks] == ["one", "two (1)", "two (2)"]

    @pytest.mark.parametrize(
        ("source", "checks", "words"),
        [
            (CHECKS, 4, "declares 4 checks, but 3 were found"),
            (CHECKS, 2, "declares 2 checks, but 3 were found"),
            ("", 1, "declares 1 checks, but 0 were found"),
            ("", 0, "checks are in"),
            (CHECKS.replace("TestForward", "Forward"), 3, "declares 3 checks, but 0 were found"),
            (
                CHECKS.replace("TestForward", "TestBackward"),
                3,
                r"gives points to \['forward'\], but its checks are in \['backward'\]",
            ),
            (CHECKS + "\n1 / 0\n", 3, "cannot be read: (?s:.*)ZeroDivisionError"),
            (CHECKS + "\nimport\n", 3, "cannot be read: (?s:.*)SyntaxError"),
            (CHECKS + "\nimport nothing_of_that_name\n", 3, "cannot be read: (?s:.*)nothing_of_that_name"),
        ],
        ids=["too few", "too many", "none", "none wanted", "no class", "other group", "raises", "syntax", "import"],
    )
    @pytest.mark.parametrize("collect_only", [True, False])
    def test_anything_else_is_the_judges_failure(
        self, kata_of: Callable[..., Kata], source: str, checks: int, words: str, collect_only: bool
    ) -> None:
        plugin = CheckPlugin(LocalBackend({}), "relu.py", 0)
        with pytest.raises(JudgeFailure, match=words):
            run_pytest(kata_of(source, checks), plugin, collect_only)

    @pytest.mark.parametrize(
        "broken",
        [
            CHECKS.replace('"""one"""', "pass"),
            CHECKS.replace("solution, rng", "solution, tmp_path"),
            CHECKS + "\ndef test_alone(solution):\n    '''alone'''\n",
        ],
        ids=["no title", "unknown fixture", "outside a class"],
    )
    def test_malformed_check_is_the_judges_failure(self, kata_of: Callable[..., Kata], broken: str) -> None:
        with pytest.raises(JudgeFailure):
            collect_checks(kata_of(broken, 4 if "alone" in broken else 3))

    def test_command_ends_with_3_and_no_verdict(self, kata: Command, tmp_path: Path) -> None:
        checkout = tmp_path / "checkout"
        for package in ("katas", "reference"):
            (checkout / package).mkdir(parents=True)
            shutil.copy(PACKAGES / package / "__init__.py", checkout / package)
        shutil.copytree(PACKAGES / "katas" / "relu", checkout / "katas" / "relu")
        shutil.copy(PACKAGES / "reference" / "relu.py", checkout / "reference")
        declaration = checkout / "katas" / "relu" / "kata.toml"
        count = catalog.load("relu").checks
        declaration.write_text(declaration.read_text().replace(f"checks = {count}", f"checks = {count + 1}"))
        shutil.copy(RIGHT_SOLUTIONS / "relu" / "loops.py", tmp_path / "relu.py")
        for arguments in (("--json",), ()):
            done = kata("check", "relu", *arguments, PYTHONPATH=str(checkout), TMPDIR=str(tmp_path))
            assert (done.returncode, done.stdout) == (3, "")
            told = " ".join(done.stderr.split())
            assert f"relu declares {count + 1} checks, but {count} were found" in told
            assert "which says nothing about your solution" in told
        traces = list(tmp_path.glob("kata-failure-*.txt"))
        assert len(traces) == 2
        assert "JudgeFailure" in traces[0].read_text()


class TestBlocked:
    """What stops many checks alike is said once."""

    def results(self, names: dict[str, Any]) -> list[CheckResult]:
        plugin = CheckPlugin(LocalBackend(names), "linear.py", 0)
        plugin.run(collect_checks(catalog.load("linear")))
        return list(plugin.results.values())

    def test_missing_class(self) -> None:
        first, *others = self.results({})
        assert (first.outcome, first.message) == (Outcome.ERROR, "linear.py defines no `Linear`")
        assert {result.outcome for result in others} == {Outcome.BLOCKED}
        assert {result.message for result in others} == {"not run: linear.py defines no `Linear` (see above)"}

    def test_failing_constructor(self) -> None:
        class Linear:
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                raise TypeError("no luck")

        first, *others = self.results({"Linear": Linear})
        assert (first.outcome, first.message) == (Outcome.ERROR, "Linear raised TypeError: no luck")
        assert {(result.outcome, result.message) for result in others} == {
            (Outcome.BLOCKED, "not run: Linear raised TypeError: no luck (see above)")
        }

    def test_one_method_not_written_yet(self) -> None:
        class Linear(reference.linear.Linear):
            def backward(self, d_out: Any) -> Any:
                raise NotImplementedError

        results = self.results({"Linear": Linear})
        said = [result for result in results if result.message == "Linear.backward is not written yet"]
        assert len(said) == 1
        assert {result.outcome for result in results} == {Outcome.PASSED, Outcome.ERROR, Outcome.BLOCKED}
        blocked = {result.message for result in results if result.outcome is Outcome.BLOCKED}
        assert blocked == {"not run: Linear.backward is not written yet (see above)"}

    def test_different_errors_of_a_method_are_each_told(self) -> None:
        class Linear(reference.linear.Linear):
            def backward(self, d_out: Any) -> Any:
                raise RuntimeError(f"shape {d_out.shape}")

        results = self.results({"Linear": Linear})
        assert sum(result.outcome is Outcome.ERROR for result in results) > 1
        assert not any(result.outcome is Outcome.BLOCKED for result in results)


class TestSeeds:
    def test_a_seed_reproduces_a_verdict_and_another_draws_other_inputs(self) -> None:
        seen: list[list[float]] = []

        class Linear:
            def __init__(self, *args: Any, **kwargs: Any) -> None: ...

            def forward(self, x: Any) -> Any:
                seen[-1].append(float(x.sum()))
                return x

        for seed in (0, 0, 1):
            seen.append([])
            plugin = CheckPlugin(LocalBackend({"Linear": Linear}), "linear.py", seed)
            plugin.run(collect_checks(catalog.load("linear")))
        assert seen[0] == seen[1] != seen[2]

    def test_no_two_checks_draw_alike(self) -> None:
        draws = {check_rng(check.name, 0).random() for check in collect_checks(catalog.load("linear"))}
        assert len(draws) == catalog.load("linear").checks
