"""What `kata check` does once the worker is starting."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import click

from harness.catalog import Kata
from harness.commands.parameters import WrongCall
from harness.commands.subject import SYMPTOMS_ONLY, Subject
from harness.judge.collect import collect_checks
from harness.judge.replay import Check
from harness.judge.session import Options, judge
from harness.judge.verdict import Verdict, json_line
from harness.practice.history import History
from harness.practice.workspace import Workspace
from harness.sandbox.spawn import Spawned
from harness.screens.check_screen import NOT_CONFINED, NOT_TIMED, Detail, show_checks
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import shown


@dataclass(frozen=True)
class Output:
    """How a verdict is shown: as JSON; every failure in full; every mistake explained at once."""

    as_json: bool = False
    verbose: bool = False
    explain: bool = False


def check_solution(
    kata: Kata,
    solution: Path,
    workspace: Workspace,
    history: History | None,
    options: Options,
    worker: Spawned,
    output: Output,
) -> int:
    """Judge one solution, keep the verdict and show it; returns the exit code."""
    subject = Subject.touched(kata, solution, workspace, history)
    options = replace(options, **subject.judging)
    with ProgressLine(f"Checking {shown(solution)}") as progress:
        verdict = subject.keep(judge(kata, solution, shown(solution), options, worker, progress.update))
    with suppress(BrokenPipeError):  # if nobody reads on, the exit code still says it
        if output.as_json:
            _print_json(verdict)
        else:
            console = make_console()
            subject.show(console, verdict, Detail(kata.checks) if output.verbose else Detail(), output.explain)
            if (
                options.timing
                and verdict.passed
                and not (verdict.timing or verdict.hot_line or verdict.not_timed)
                and kata.has_workload
            ):
                console.print(NOT_TIMED)
            if options.sandbox == "auto" and verdict.sandbox == "none":
                console.print(NOT_CONFINED)
    return 0 if verdict.passed else 1


def check_only(
    kata: Kata,
    solution: Path,
    workspace: Workspace,
    history: History | None,
    options: Options,
    worker: Spawned,
    wanted: str,
    as_json: bool,
) -> int:
    """Run the checks that `wanted` names and show each in full; the history does not count it. Returns the exit code."""
    checks = matching(collect_checks(kata), wanted)
    if not checks:
        worker.kill()
        raise WrongCall(f"{kata.name} has no check {wanted!r}: `kata check {kata.name} --json` lists their names")
    subject = Subject.touched(kata, solution, workspace, history)
    if subject.tells_symptoms_only:
        worker.kill()
        raise WrongCall(SYMPTOMS_ONLY)
    options = replace(options, timing=False, diagnosis=False)
    verdict = subject.told(judge(kata, solution, shown(solution), options, worker, checks=checks))
    with suppress(BrokenPipeError):
        if as_json:
            _print_json(verdict)
        else:
            show_checks(make_console(), verdict)
    return 0 if verdict.passed else 1


def matching(checks: Sequence[Check], wanted: str) -> list[Check]:
    """The checks of that name; or, where there is none, those whose name or title contains the text."""
    exact = [check for check in checks if check.name == wanted]
    text = wanted.lower()
    return exact or [check for check in checks if text in check.name.lower() or text in check.title.lower()]


def _print_json(verdict: Verdict) -> None:
    click.echo(json_line(verdict.as_json()))
