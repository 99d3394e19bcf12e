"""What `kata check` does once the worker is starting."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from harness.catalog import Kata
from harness.commands.histories import history_if_usable
from harness.commands.subject import Subject
from harness.judge.session import Options, judge
from harness.practice.workspace import Workspace
from harness.sandbox.spawn import Spawned
from harness.screens.check_screen import NOT_TIMED, SHOWN_FAILURES
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import shown


def check_solution(
    kata: Kata, solution: Path, workspace: Workspace, options: Options, worker: Spawned, as_json: bool, verbose: bool
) -> int:
    """Judge one solution, keep the verdict and show it; returns the exit code."""
    subject = Subject.of(kata, solution, workspace, history_if_usable(workspace))
    options = replace(options, diagnosis=subject.names_mistakes)
    with ProgressLine(f"Checking {shown(solution)}") as progress:
        verdict = subject.keep(judge(kata, solution, shown(solution), options, worker, progress.update))
    with suppress(BrokenPipeError):  # if nobody reads on, the exit code still says it
        if as_json:
            click.echo(json.dumps(verdict.as_json(), ensure_ascii=False, allow_nan=False))
        else:
            console = make_console()
            subject.show(console, verdict, kata.checks if verbose else SHOWN_FAILURES)
            if options.timing and verdict.passed and verdict.timing is None and kata.has_workload:
                console.print(NOT_TIMED)
    return 0 if verdict.passed else 1
