"""`kata check` and `kata bench`: the judge's two commands.

Imports are ordered by a clock: the worker process is started first, and the heavy imports happen while it starts.
"""

from __future__ import annotations

import gc
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness import catalog
from harness.catalog import Kata
from harness.commands.common import (
    WrongCall,
    history_if_usable,
    kata_argument,
    shown,
    workspace_option,
)
from harness.commands.subject import Subject, find_solution, readable_file
from harness.practice.workspace import Workspace
from harness.sandbox.spawn import bwrap_works, spawn
from harness.screens.sentences import say

if TYPE_CHECKING:
    from harness.judge.verdict import Verdict


@click.command("check")
@kata_argument
@click.option(
    "--file", "path", type=click.Path(path_type=Path, readable=False), metavar="PATH", help="Judge this file instead."
)
@click.option("--all", "check_all", is_flag=True, help="Check every solution in the workspace.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the tests' random inputs.")
@click.option("--no-timing", is_flag=True, help="Do not time a solution that passes.")
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=10.0, show_default=True, metavar="SECONDS", help="For one call."
)
@click.option(
    "--sandbox", type=click.Choice(["auto", "none", "bwrap"]), default="auto", show_default=True, help="Around the worker."
)
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

    Without NAME it means what was started last, a bug hunt included; in an interview, the file that was saved last.
    Exit code 0: all checks passed; 1: some did not.

    \b
    Example:
      kata check conv2d
      kata check --file ~/old/conv.py conv2d --seed 7
    """
    if check_all:
        if kata or path or as_json or verbose:
            raise WrongCall("--all takes no NAME, --file, --json or --verbose")
        return _check_all(workspace, seed, timeout, sandbox)
    kata, solution = find_solution(kata, path, workspace)
    if sandbox == "bwrap" and not bwrap_works():
        raise WrongCall("bubblewrap (bwrap) is not installed or may not be used here; `kata doctor` tells more")
    worker = spawn(sandbox)
    gc.disable()  # the imports make nothing that could be collected; `judge` turns it on again
    from harness.judge.session import Options, judge
    from harness.screens.render import ProgressLine

    subject = Subject.of(kata, solution, workspace, history_if_usable(workspace))
    options = Options(seed=seed, timing=not no_timing, diagnosis=subject.is_diagnosed, call_timeout=timeout, sandbox=sandbox)
    with ProgressLine(f"Checking {shown(solution)}") as progress:
        verdict = subject.keep(judge(kata, solution, shown(solution), options, worker, progress.update))
    with suppress(BrokenPipeError):  # where nobody reads on, the exit code still tells
        if as_json:
            click.echo(json.dumps(verdict.as_json(), ensure_ascii=False, allow_nan=False))
        else:
            from harness.screens.render import NOT_TIMED, SHOWN_FAILURES, make_console

            console = make_console()
            subject.show(console, verdict, kata.checks if verbose else SHOWN_FAILURES)
            if options.timing and verdict.passed and verdict.timing is None and kata.has_workload:
                console.print(NOT_TIMED)
    return 0 if verdict.passed else 1


def _check_all(workspace: Workspace, seed: int, timeout: float, sandbox: str) -> int:
    """Check every solution there is, with a progress bar, and show a table."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from harness.judge.session import Options, judge
    from harness.screens.render import make_console, show_summary

    katas = [kata for kata in catalog.all_katas() if workspace.solution(kata).is_file()]
    if not katas:
        raise WrongCall(f"there is no solution in {workspace.root}: `kata start NAME` writes a first one")
    for kata in katas:
        readable_file(workspace.solution(kata))
    options = Options(seed=seed, timing=False, call_timeout=timeout, sandbox=sandbox)
    history = history_if_usable(workspace)
    verdicts: list[tuple[Kata, Verdict]] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    screen = make_console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task("", total=len(katas))
        for kata in katas:
            progress.update(task, description=kata.file_name)
            path = workspace.solution(kata)
            verdict = judge(kata, path, shown(path), options)
            verdicts.append((kata, Subject.of(kata, path, workspace, history).keep(verdict)))
            progress.advance(task)
    with suppress(BrokenPipeError):
        show_summary(make_console(), verdicts)
    return 0 if all(verdict.passed for _, verdict in verdicts) else 1


@click.command("bench")
@kata_argument
@click.option(
    "--file", "path", type=click.Path(path_type=Path, readable=False), metavar="PATH", help="Time this file instead."
)
@click.option(
    "--seconds", type=click.FloatRange(min=0.5, max=600), default=5.0, show_default=True, help="How long to measure."
)
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
    from harness.sandbox.client import WorkerClient
    from harness.sandbox.errors import SandboxError
    from harness.screens.render import make_console, timing_line

    kata, solution = find_solution(kata, path, workspace)
    if not kata.has_workload:
        raise WrongCall(f"{kata.name} has no workload to time: its speed does not matter")
    verdict = judge(kata, solution, shown(solution), Options(timing=False, diagnosis=False))
    if not verdict.passed:
        say(f"{shown(solution)} scores {verdict.score} of 100: only a solution that passes is timed. See `kata check`.")
        return 1
    console = make_console()
    client = WorkerClient(solution, budget=seconds + 60)
    try:
        columns = (TextColumn("Timing {task.description}"), BarColumn())
        screen = make_console(stderr=True)
        with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
            task = bar.add_task(shown(solution), total=1.0)
            timing = measure(kata, client, seconds=seconds, on_round=lambda share: bar.update(task, completed=share))
    except SandboxError as error:
        raise WrongCall(f"{shown(solution)} cannot be timed: {error}") from None
    finally:
        client.kill()
    console.print(timing_line(timing))
    return 0
