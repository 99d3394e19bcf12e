"""Is a kata complete and sound? What `kata dev check` runs, and the project's tests with more seeds.

Everything here is ours (reference, stub, mistakes), so it runs in this process; only learners' files need a worker.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np

from harness import catalog
from harness.authoring.stub import make_stub
from harness.catalog import Kata
from harness.judge import gradcheck
from harness.judge.bank import BadBank, Mistake, load_bank, load_reference, names_in, public_names
from harness.judge.collect import collect_checks
from harness.judge.comparison import all_same
from harness.judge.diagnosis import diagnose
from harness.judge.rejections import Rejection
from harness.judge.replay import Attempt, Check, changed_inputs_counted, run_check
from harness.judge.session import Options, judge
from harness.judge.verdict import Cause, Outcome
from harness.sandbox.errors import JudgeFailure
from harness.sandbox.local import LocalBackend
from harness.sandbox.proxy import Solution

MAX_CHECK_SECONDS = 0.2
MAX_WORKLOAD_SECONDS = 0.25
MIN_HINTS = 4
MIN_DIAGNOSED = 0.8
MAX_POINTS = {"errors": 5, "layouts": 5}
"""What a group may be worth at most: nobody fails an interview over an argument check."""
MIN_GRADIENT_MARGIN = 100.0
MAX_DIAGNOSIS_SECONDS = 60.0
FILES = ("kata.toml", "statement.md", "mistakes.md")


@dataclass
class Soundness:
    """What was found out about one kata. It is sound when `problems` is empty.

    Attributes:
        problems: a sentence each.
        checks, mistakes: how many there are.
        correct: how many correct solutions were judged.
        silent: mistakes that the diagnosis does not name in any check, although they show in values.
        diagnosed: share of the others.
        median_failing: how many checks a mistake of the bank fails; few where each check is about one thing.
        gradient_margin: how many times the reference's worst gradient error fits into its tolerance; infinite where no
            gradient is checked.
        slowest_seconds: CPU time of the slowest check, with the reference.
    """

    kata: str
    problems: list[str] = field(default_factory=list)
    checks: int = 0
    correct: int = 0
    mistakes: int = 0
    diagnosed: float = 0.0
    median_failing: float = 0.0
    silent: list[str] = field(default_factory=list)
    gradient_margin: float = float("inf")
    slowest_seconds: float = 0.0


def examine(name: str, seeds: Sequence[int] = (0,), solutions: Path | None = None) -> Soundness:
    """Examine one kata: files, metadata, stub, reference, every mistake for every seed, diagnosis, speed, margins.

    Args:
        name: of the kata.
        seeds: what the mistakes and the reference are tried with.
        solutions: a folder with a folder of correct solutions for each kata. None, or no such folder: none are judged.
    """
    result = Soundness(name)
    problems = result.problems
    try:
        kata = catalog.load(name)
    except catalog.BadMetadata as error:
        problems.append(str(error))
        return result
    problems += _metadata_problems(kata)
    missing = [name for name in (*FILES, kata.test_file.name) if not (kata.folder / name).exists()]
    if missing:
        problems.append(f"{', '.join(missing)} missing in {kata.folder.name}/")
        return result
    try:
        checks = collect_checks(kata)
        reference = load_reference(kata.module)
        bank = load_bank(kata.module)
    except (JudgeFailure, ImportError, SyntaxError, TypeError, BadBank) as error:
        problems.append(str(error))
        return result
    result.checks, result.mistakes = len(checks), len(bank)
    problems += _statement_problems(kata, checks)
    problems += _stub_problems(kata, checks)
    _examine_reference(result, checks, public_names(reference), seeds)
    attempts = _attempts_of_bank(checks, reference, bank)
    failing = [sum(a.outcome is not Outcome.PASSED for a in of_mistake.values()) for of_mistake in attempts.values()]
    result.median_failing = median(failing) if failing else 0.0
    problems += _uncaught(checks, reference, bank, attempts, seeds)
    problems += _written_twice(bank)
    problems += [
        f"no mistake of the bank fails the check {check.name}"
        for check in checks
        if not check.is_common  # the contracts' own tests prove those
        and all(attempts[mistake.name][check.name].outcome is Outcome.PASSED for mistake in bank)
    ]
    for mistake in bank:
        found = _named_in(mistake, checks, bank, attempts, problems)
        if not found and _shows_values(mistake, attempts):
            result.silent.append(mistake.name)
    result.diagnosed = 1 - len(result.silent) / len(bank) if bank else 1.0
    if result.diagnosed < MIN_DIAGNOSED:
        problems.append(f"only {result.diagnosed:.0%} of the mistakes are diagnosed; not: {', '.join(result.silent)}")
    problems += _workload_problems(kata, reference)
    if solutions and solutions.is_dir():
        _examine_solutions(result, kata, solutions / kata.module)
    return result


def run_all(checks: Sequence[Check], names: Mapping[str, Any], seed: int) -> dict[str, Attempt]:
    """Every check against one solution in this process, by name of the check."""
    backend = LocalBackend(names)
    attempts = [(check, run_check(check, backend, "the solution", seed)) for check in checks]
    return {check.name: attempt for check, attempt in (*attempts, *changed_inputs_counted(attempts))}


def first_failure(checks: Sequence[Check], names: Mapping[str, Any], seed: int) -> str | None:
    """The name of a check that the solution fails, or None; stops at the first."""
    backend = LocalBackend(names)
    attempts = []
    for check in checks:
        attempts.append((check, run_check(check, backend, "the solution", seed)))
        if attempts[-1][1].outcome is not Outcome.PASSED:
            return check.name
    return next((check.name for check, _ in changed_inputs_counted(attempts)), None)


def _metadata_problems(kata: Kata) -> list[str]:
    problems = []
    if len(kata.hints) < MIN_HINTS:
        problems.append(f"it has {len(kata.hints)} hints, fewer than {MIN_HINTS}")
    problems += [
        f"the group {group} is worth {points} points, more than {MAX_POINTS[group]}"
        for group, points in kata.points.items()
        if points > MAX_POINTS.get(group, 100)
    ]
    if not 1 <= kata.par_minutes <= 120:
        problems.append(f"par_minutes is {kata.par_minutes}")
    problems += [f"needs names {need!r}, which is no kata" for need in kata.needs if need not in catalog.all_names()]
    for stage in kata.stages:
        if stage.kata not in catalog.all_names():
            problems.append(f"the stage {stage.title!r} asks for {stage.kata!r}, which is no kata")
    if kata.name in _all_needs(kata.name):
        problems.append("needs leads back to the kata itself")
    if not kata.reference_file.exists():
        problems.append(f"reference/{kata.file_name} is missing")
    return problems


def _all_needs(name: str) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        for need in catalog.load(todo.pop()).needs:
            if need not in found and need in catalog.all_names():
                found.add(need)
                todo.append(need)
    return found


def _statement_problems(kata: Kata, checks: Sequence[Check]) -> list[str]:
    """Where the table of errors in the statement and the rejections in the hidden tests are not one list."""
    stated = _error_rows(kata.statement())
    checked = [(row.call, row.when) for check in checks for row in check.arguments.values() if isinstance(row, Rejection)]
    problems = [
        f"the statement's error `{call}`, {when}, is checked by no rejection"
        for call, when in stated
        if (call, when) not in checked
    ]
    problems += [
        f"the rejection `{call}`, {when}, is not in the statement's table of errors"
        for call, when in checked
        if (call, when) not in stated
    ]
    if "kata show --rules" not in kata.statement():
        problems.append("the statement does not name the page of common rules, `kata show --rules`")
    return problems


def _error_rows(statement: str) -> list[tuple[str, str]]:
    """The rows of the table below `## Errors`: the call without its backticks, and when it raises."""
    section = statement.partition("## Errors\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|", 1) for line in section.splitlines() if line.startswith("|")]
    return [(row[0].strip().strip("`"), row[1].strip()) for row in rows[2:]]


def _stub_problems(kata: Kata, checks: Sequence[Check]) -> list[str]:
    module = ModuleType(kata.module)
    try:
        exec(compile(make_stub(kata), kata.file_name, "exec", dont_inherit=True), vars(module))
    except Exception as error:
        return [f"the stub cannot be imported: {type(error).__name__}: {error}"]
    attempts = run_all(checks, vars(module), 0)
    return [f"the untouched stub passes {name}" for name, attempt in attempts.items() if attempt.outcome is Outcome.PASSED]


def _examine_reference(result: Soundness, checks: Sequence[Check], names: Mapping[str, Any], seeds: Sequence[int]) -> None:
    with gradcheck.recorded_errors() as errors:
        for seed in seeds:
            for check in checks:
                attempt, seconds = _cpu_timed(check, names, seed)
                if seconds > MAX_CHECK_SECONDS:  # once more: the first time something may have to be loaded
                    attempt, seconds = _cpu_timed(check, names, seed)
                result.slowest_seconds = max(result.slowest_seconds, seconds)
                if attempt.outcome is not Outcome.PASSED:
                    result.problems.append(f"the reference fails {check.name} with seed {seed}: {attempt.message}")
                if seconds > MAX_CHECK_SECONDS:
                    result.problems.append(f"{check.name} takes {seconds:.2f} s of CPU, more than {MAX_CHECK_SECONDS} s")
    worst = max(errors, default=0.0)
    result.gradient_margin = 1 / worst if worst else float("inf")
    if result.gradient_margin < MIN_GRADIENT_MARGIN:
        result.problems.append(
            f"the reference's worst gradient error is 1/{result.gradient_margin:.0f} of the tolerance, "
            f"not 1/{MIN_GRADIENT_MARGIN:.0f}"
        )


def _cpu_timed(check: Check, names: Mapping[str, Any], seed: int) -> tuple[Attempt, float]:
    """One check of the reference, and its CPU time: how busy the machine is does not change it."""
    began = time.process_time()
    attempt = run_check(check, LocalBackend(names), "", seed)
    return attempt, time.process_time() - began


def _examine_solutions(result: Soundness, kata: Kata, folder: Path) -> None:
    """Judge each correct solution as a learner's file is judged."""
    for path in sorted(folder.glob("*.py")):
        result.correct += 1
        verdict = judge(kata, path, path.name, Options(timing=False, diagnosis=False))
        failed = next((check for check in verdict.checks() if check.outcome is not Outcome.PASSED), None)
        if failed:
            result.problems.append(f"the correct solution {path.name} fails {failed.name}: {failed.message}")
    if not result.correct:
        result.problems.append(f"there is no correct solution in {folder}")


def _attempts_of_bank(
    checks: Sequence[Check], reference: ModuleType, bank: Sequence[Mistake]
) -> dict[str, dict[str, Attempt]]:
    return {mistake.name: run_all(checks, mistake.names(), 0) for mistake in bank}


def _uncaught(
    checks: Sequence[Check],
    reference: ModuleType,
    bank: Sequence[Mistake],
    attempts: Mapping[str, Mapping[str, Attempt]],
    seeds: Sequence[int],
) -> list[str]:
    problems = []
    for mistake in bank:
        failed = {name for name, attempt in attempts[mistake.name].items() if attempt.outcome is not Outcome.PASSED}
        likely_first = sorted(checks, key=lambda check: check.name not in failed)
        passed = [
            str(seed)
            for seed in seeds  # compiled anew: what a mistake keeps on a class would be there in the next run
            if first_failure(likely_first, names_in(mistake.source(), mistake.name), seed) is None
        ]
        if passed:
            problems.append(f"the mistake {mistake.name} loses no points with seed {', '.join(passed)}: no check fails")
    return problems


def _written_twice(bank: Sequence[Mistake]) -> list[str]:
    first: dict[str, str] = {}
    problems = []
    for mistake in bank:
        source = mistake.source()
        if source in first:
            problems.append(f"the mistakes {first[source]} and {mistake.name} are the same edit")
        first.setdefault(source, mistake.name)
    return problems


def _named_in(
    mistake: Mistake,
    checks: Sequence[Check],
    bank: Sequence[Mistake],
    attempts: Mapping[str, Mapping[str, Attempt]],
    problems: list[str],
) -> bool:
    """Whether the diagnosis names the mistake, or one that computes the same. Where it names another is a problem."""
    own = attempts[mistake.name]
    findings = diagnose([(check, own[check.name]) for check in checks], bank, 0, MAX_DIAGNOSIS_SECONDS, attempts)
    named = False
    for check, diagnoses in findings.by_check.items():
        for other in (diagnosis.mistake for diagnosis in diagnoses if diagnosis.mistake):
            if other == mistake.name or _alike(own, attempts[other]):
                named = True
            else:
                problems.append(f"the mistake {mistake.name} is taken for {other} in {check}")
    return named


def _shows_values(mistake: Mistake, attempts: Mapping[str, Mapping[str, Attempt]]) -> bool:
    """Whether the mistake fails a check by something else than a bad argument that is not rejected."""
    causes = {attempt.cause for attempt in attempts[mistake.name].values() if attempt.cause is not None}
    return causes != {Cause.NOT_REJECTED}


def _alike(a: Mapping[str, Attempt], b: Mapping[str, Attempt]) -> bool:
    """Whether two solutions returned the same in every check."""
    return all(
        a[name].outcome is b[name].outcome
        and all_same([v for _, v in a[name].transcript.values], [v for _, v in b[name].transcript.values])
        for name in a
    )


def _workload_problems(kata: Kata, reference: ModuleType) -> list[str]:
    if not kata.has_workload:
        return []
    try:
        module = importlib.import_module(f"katas.{kata.module}.workload")
        run: Callable[[], None] = module.workload(
            Solution(LocalBackend(public_names(reference)), kata.file_name), np.random.default_rng(0)
        )
        laps = []
        for _ in range(3):
            began = time.perf_counter()
            run()
            laps.append(time.perf_counter() - began)
    except Exception as error:
        return [f"the workload does not run with the reference: {type(error).__name__}: {error}"]
    return [f"one run of the workload takes {min(laps):.2f} s"] if min(laps) > MAX_WORKLOAD_SECONDS else []
