"""`kata check` and `kata watch`: the commands that judge.

The worker process is started before anything heavy is imported, and both go on at once. That is why this module imports
only what it takes to find the solution's file, and `judging` and `watch` inside the functions.
"""

from __future__ import annotations

import gc
from pathlib import Path

import click

from harness.catalog import Kata
from harness.commands.histories import staged_file
from harness.commands.parameters import (
    WrongCall,
    file_option,
    seed_option,
    solution_argument,
    timeout_option,
    workspace_option,
)
from harness.commands.solutions import find_solution
from harness.practice.workspace import Workspace
from harness.sandbox.spawn import SANDBOXES, spawn, unavailable


@click.command("check")
@solution_argument
@file_option("Judge this file instead.")
@click.option("--all", "check_all", is_flag=True, help="Judge every solution in the workspace.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
@seed_option
@click.option("--no-timing", is_flag=True, help="Do not time a solution that passes.")
@timeout_option
@click.option("--sandbox", type=click.Choice(SANDBOXES), default="auto", show_default=True, help="Sandbox for the worker.")
@click.option("--only", metavar="CHECK", help="Run only this check, by its name or a part of its title.")
@click.option("--explain", is_flag=True, help="Explain recognised mistakes at once.")
@click.option("--verbose", "-v", is_flag=True, help="Show the message of every failing check.")
@workspace_option
def check_command(
    named: Kata | Path | None,
    path: Path | None,
    check_all: bool,
    as_json: bool,
    seed: int,
    no_timing: bool,
    timeout: float,
    sandbox: str,
    only: str | None,
    explain: bool,
    verbose: bool,
    workspace: Workspace,
) -> int:
    """Judge a solution with hidden tests: its score, what is wrong and why, its speed.

    A recognised mistake is explained once a check still shows it more than a minute later, since checks within a minute are
    one attempt. `kata why` and --explain explain it at once. Without NAME it judges what you worked on last, bug hunts
    included; in an interview, the file you saved last. The exit code is 0 if all checks pass and 1 if some fail.

    \b
    Example:
      kata check conv2d
      kata check --file ~/old/conv.py conv2d --seed 7
    """
    reason = unavailable(sandbox)
    if reason:
        raise WrongCall(reason)
    if check_all:
        if named or path or as_json or verbose or only or explain:
            raise WrongCall("--all cannot be combined with NAME, --file, --json, --only, --explain or --verbose")
        from harness.commands.check_all import check_workspace

        return check_workspace(workspace, seed, timeout, sandbox)
    kata, solution = find_solution(named, path, workspace)
    history, staged = staged_file(solution, workspace)
    if staged and (only or explain):
        raise WrongCall("a staged interview tells only which checks fail: --only and --explain do not work in it")
    worker = spawn(sandbox)
    gc.disable()  # the imports make nothing that could be collected; `judge` turns it on again
    from harness.commands.judging import Output, check_only, check_solution
    from harness.judge.session import Options

    options = Options(seed=seed, timing=not no_timing, call_timeout=timeout, sandbox=sandbox)
    if history and staged:
        from harness.commands.stages import check_stages

        return check_stages(staged, history, solution, options, worker, as_json)
    if only is not None:
        return check_only(kata, solution, workspace, history, options, worker, only, as_json)
    return check_solution(kata, solution, workspace, history, options, worker, Output(as_json, verbose, explain))


@click.command("watch")
@solution_argument
@seed_option
@workspace_option
def watch_command(named: Kata | Path | None, seed: int, workspace: Workspace) -> int:
    """Judge a solution again each time you save it.

    Keys: h shows a hint, n the next failing check in full, t times a solution that passes, q quits. Any other key shows
    the verdict again. Without NAME it watches what you worked on last.

    \b
    Example:
      kata watch conv2d
    """
    kata, path = find_solution(named, None, workspace)
    history, staged = staged_file(path, workspace)
    if staged:
        raise WrongCall("`kata watch` does not work in a staged interview: use `kata check`")
    worker = spawn()
    from harness.commands.watch import watch
    from harness.judge.session import Options

    watch(kata, path, workspace, history, Options(seed=seed, timing=False), worker)
    return 0
