"""`kata check` and `kata bench`: the judge's two commands.

Imports are ordered by a clock: the worker process is started first, and the heavy imports happen while it starts.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness import catalog
from harness.catalog import Kata
from harness.commands.common import (
    WrongCall,
    existing_solution,
    history_if_usable,
    kata_argument,
    last_started,
    open_history,
    shown,
    workspace_option,
)
from harness.sandbox.spawn import bwrap_works, spawn
from harness.sentences import complain, say
from harness.workspace import UnusableHistory, Workspace

if TYPE_CHECKING:
    from harness.history import History, Practice
    from harness.judge.verdict import Verdict

MAX_FILE_BYTES = 1_000_000


@click.command("check")
@kata_argument
@click.option("--file", "path", type=click.Path(path_type=Path), metavar="PATH", help="Judge this file instead.")
@click.option("--all", "check_all", is_flag=True, help="Check every solution in the workspace.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the tests' random inputs.")
@click.option("--no-timing", is_flag=True, help="Do not time a solution that passes.")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=10.0, show_default=True, metavar="SECONDS", help="For one call.")
@click.option("--sandbox", type=click.Choice(["auto", "none", "bwrap"]), default="auto", show_default=True, help="Around the worker.")
@click.option("--verbose", "-v", is_flag=True, help="Show the message of every check that fails.")
@workspace_option
def check_command(
    kata: Kata | None,
    path: Path | None,
    check_all: bool,
    as_json: bool,
    seed: int,
    no_timing: bool,
    timeout: float,
    sandbox: str,
    verbose: bool,
    workspace: Workspace,
) -> int:
    """Judge a solution with hidden tests: score, what is wrong and why, speed.

    Without NAME it means the kata that was started last. Exit code 0: all checks passed; 1: some did not.

    \b
    Example:
      kata check conv2d
      kata check --file ~/old/conv.py conv2d --seed 7
    """
    if check_all:
        if kata or path or as_json or verbose:
            raise WrongCall("--all takes no NAME, --file, --json or --verbose")
        return _check_all(workspace, seed, timeout, sandbox)
    if path is not None and kata is None:
        kata = _kata_of_file(path)
    history = None
    if kata is None:
        history = open_history(workspace)
        kata = last_started(workspace, history)
    solution = _readable_file(path) if path is not None else existing_solution(workspace, kata)
    _readable_file(solution)
    if sandbox == "bwrap" and not bwrap_works():
        raise WrongCall("bubblewrap (bwrap) is not installed or may not be used here; `kata doctor` tells more")
    worker = spawn(sandbox)
    from harness.judge.session import Options, judge
    from harness.render import ProgressLine

    options = Options(seed=seed, timing=not no_timing, call_timeout=timeout, sandbox=sandbox)
    with ProgressLine(f"Checking {shown(solution)}") as progress:
        verdict = judge(kata, solution, shown(solution), options, worker, progress.update)
    history = history or history_if_usable(workspace)
    practice = _practice(history, workspace, kata, solution)
    verdict = keep(history, practice, verdict, workspace, solution)
    with suppress(BrokenPipeError):  # where nobody reads on, the exit code still tells
        if as_json:
            click.echo(json.dumps(verdict.as_json(), ensure_ascii=False, allow_nan=False))
        else:
            from harness.commands.advice import next_step
            from harness.render import SHOWN_FAILURES, make_console, show_verdict

            shown_failures = kata.checks if verbose else SHOWN_FAILURES
            advice = next_step(verdict, kata, history, practice)
            show_verdict(make_console(), verdict, kata.title, kata.par_minutes, advice, shown_failures)
    return 0 if verdict.passed else 1


def keep(
    history: History | None, practice: Practice | None, verdict: Verdict, workspace: Workspace, solution: Path
) -> Verdict:
    """Write a verdict into the history, if there is one and the solution belongs to it; returns it with the clock.

    A verdict that cannot be written is still worth showing, so that is said and no error.
    """
    if practice is not None:
        verdict = replace(verdict, clock_seconds=practice.clock_seconds())
    if history is not None and solution.resolve().parent == workspace.root:
        try:
            history.record(verdict, practice)
        except UnusableHistory as error:
            complain(f"this check is not in your history: {error}")
    return verdict


def _practice(history: History | None, workspace: Workspace, kata: Kata, solution: Path) -> Practice | None:
    """The sitting that a solution belongs to: the one that was started for this very file."""
    if history is None or solution.resolve().parent != workspace.root:
        return None
    practice = history.of_file(solution.name)
    return practice if practice is not None and practice.kata == kata.name else None


def _kata_of_file(path: Path) -> Kata:
    try:
        return catalog.find(path.stem)
    except catalog.UnknownKata:
        raise WrongCall(f"say which kata {path} is a solution of: `kata check --file {path} NAME`") from None


def _readable_file(path: Path) -> Path:
    if not path.exists():
        raise WrongCall(f"there is no file {path}")
    if not path.is_file():
        raise WrongCall(f"{path} is not a file")
    if not os.access(path, os.R_OK):
        raise WrongCall(f"{path} cannot be read")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise WrongCall(f"{path} is larger than {MAX_FILE_BYTES // 1000} kB: that is no solution")
    return path


def _check_all(workspace: Workspace, seed: int, timeout: float, sandbox: str) -> int:
    """Check every solution there is, with a progress bar, and show a table."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from harness.judge.session import Options, judge
    from harness.render import make_console, show_summary

    katas = [kata for kata in catalog.all_katas() if workspace.solution(kata).is_file()]
    if not katas:
        raise WrongCall(f"there is no solution in {workspace.root}: `kata start NAME` writes a first one")
    for kata in katas:
        _readable_file(workspace.solution(kata))
    options = Options(seed=seed, timing=False, call_timeout=timeout, sandbox=sandbox)
    history = history_if_usable(workspace)
    verdicts: list[tuple[Kata, Verdict]] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=make_console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(katas))
        for kata in katas:
            progress.update(task, description=kata.file_name)
            path = workspace.solution(kata)
            verdict = judge(kata, path, shown(path), options)
            verdicts.append((kata, keep(history, _practice(history, workspace, kata, path), verdict, workspace, path)))
            progress.advance(task)
    with suppress(BrokenPipeError):
        show_summary(make_console(), verdicts)
    return 0 if all(verdict.passed for _, verdict in verdicts) else 1


@click.command("bench")
@kata_argument
@click.option("--file", "path", type=click.Path(path_type=Path), metavar="PATH", help="Time this file instead.")
@click.option("--seconds", type=click.FloatRange(min=0.5, max=600), default=5.0, show_default=True, help="How long to measure.")
@workspace_option
def bench_command(kata: Kata | None, path: Path | None, seconds: float, workspace: Workspace) -> int:
    """Time a solution beside the reference at length, in turn, on one thread each.

    \b
    Example:
      kata bench conv2d --seconds 20
    """
    from rich.progress import BarColumn, Progress, TextColumn

    from harness.judge.session import Options, judge
    from harness.judge.timing import measure
    from harness.render import make_console, timing_line
    from harness.sandbox.client import WorkerClient
    from harness.sandbox.errors import SandboxError

    if kata is None:
        kata = _kata_of_file(path) if path is not None else last_started(workspace, open_history(workspace))
    solution = _readable_file(path if path is not None else existing_solution(workspace, kata))
    if not kata.has_workload:
        raise WrongCall(f"{kata.name} has no workload to time: its speed does not matter")
    verdict = judge(kata, solution, shown(solution), Options(timing=False, diagnosis=False))
    if not verdict.passed:
        say(f"{shown(solution)} scores {verdict.score} of 100: only a solution that passes is timed. See `kata check`.")
        return 1
    console = make_console()
    client = WorkerClient(solution, budget=seconds + 60)
    try:
        with Progress(TextColumn("Timing {task.description}"), BarColumn(), console=make_console(stderr=True), transient=True) as bar:
            task = bar.add_task(shown(solution), total=1.0)
            timing = measure(kata, client, seconds=seconds, on_round=lambda share: bar.update(task, completed=share))
    except SandboxError as error:
        raise WrongCall(f"{shown(solution)} cannot be timed: {error}") from None
    finally:
        client.kill()
    console.print(timing_line(timing))
    return 0
