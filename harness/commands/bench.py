"""`kata bench`: how fast a solution is."""

from __future__ import annotations

from pathlib import Path

import click

from harness.catalog import Kata
from harness.commands.parameters import Seconds, WrongCall, file_option, solution_argument, workspace_option
from harness.commands.solutions import find_solution
from harness.judge.session import Options, judge
from harness.judge.timing import SLOW, find_hot_line, measure
from harness.practice.workspace import Workspace
from harness.sandbox.client import WorkerClient
from harness.sandbox.errors import SandboxError
from harness.screens.check_screen import NOT_CONFINED, timing_line, where_the_time_goes
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import say, shown

STARTUP_SECONDS = 60.0


@click.command("bench")
@solution_argument
@file_option("Time this file instead.")
@click.option("--seconds", type=Seconds(min=0.5, max=600), default=5.0, show_default=True, help="How long to measure.")
@workspace_option
def bench_command(named: Kata | Path | None, path: Path | None, seconds: float, workspace: Workspace) -> int:
    """Time a solution against the reference: in turn, on one thread each.

    \b
    Example:
      kata bench conv2d --seconds 20
    """
    kata, solution = find_solution(named, path, workspace)
    if not kata.has_workload:
        raise WrongCall(f"{kata.name} has no workload to time: its speed does not matter")
    verdict = judge(kata, solution, shown(solution), Options(timing=False, diagnosis=False))
    if not verdict.passed:
        say(f"{shown(solution)} scores {verdict.score} of 100, and only a solution that passes is timed. See `kata check`.")
        return 1
    client = WorkerClient(solution, budget=seconds + STARTUP_SECONDS)
    try:
        with ProgressLine(f"Timing {shown(solution)} for {seconds:g} s"):
            timing = measure(kata, client, seconds=seconds)
            hot = find_hot_line(kata, client, 0) if timing.ratio > SLOW else None
    except SandboxError as error:
        raise WrongCall(f"{shown(solution)} cannot be timed: {error}") from None
    finally:
        client.kill()
    console = make_console()
    console.print(timing_line(timing))
    if timing.remark:
        console.print(timing.remark)
    if hot:
        console.print(where_the_time_goes(hot))
    if verdict.sandbox == "none":
        console.print(NOT_CONFINED)
    return 0
