"""`kata list`, `kata demo`, `kata doctor`, and what `kata` alone shows."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from harness import catalog
from harness.commands.common import Topic, history_if_usable, open_history, running_interview, workspace_option
from harness.practice.workspace import Workspace, find_workspace
from harness.screens.sentences import say

DEMO_KATA = "conv2d"
DEMO_MISTAKE = "BatchOnlyBiasGradient"


@click.command("list")
@click.option(
    "--topic",
    type=Topic(),
    metavar="TOPIC",
    help="Only the katas of one topic, as `kata list` shows them.",
)
@workspace_option
def list_command(topic: str | None, workspace: Workspace) -> None:
    """Show all katas by topic, in an order to learn them in.

    \b
    Example:
      kata list --topic losses
    """
    from harness.screens.render import make_console, show_katas

    katas = [kata for kata in catalog.all_katas() if topic in (None, kata.topic)]
    show_katas(make_console(), katas, _states(workspace, katas))


def _states(workspace: Workspace, katas: Sequence[catalog.Kata]) -> dict[str, str]:
    """The learner's state of each kata, in a word or two."""
    history = history_if_usable(workspace)
    if history is None:
        return {}
    best = history.best_scores()
    states = {}
    for kata in katas:
        if history.was_solved(kata.name):
            states[kata.name] = "solved"
        elif kata.name in best:
            states[kata.name] = f"best {best[kata.name]}"
        elif history.current(kata.name):
            states[kata.name] = "started"
    return states


def show_home() -> None:
    """What `kata` without a command shows: where you are, and the commands to go on with."""
    workspace = find_workspace(os.environ.get("KATA_WORKSPACE"))
    history = open_history(workspace)
    practice = history.last_started() if history else None
    if history is None or practice is None:
        say("Practise writing layers in NumPy, forward and backward, before somebody asks you to.\n")
        say("Nothing has been started in this folder yet.\n")
        rows = [("kata demo", "see in ten seconds what it does"), ("kata list", "all katas"), ("kata start linear", "begin")]
    else:
        solved = sum(history.was_solved(name) for name in catalog.all_names())
        what = {"hunt": "a bug hunt in ", "interview": "an interview with "}.get(practice.kind, "") + practice.kata
        state = "solved" if practice.solved_at else "not solved yet"
        say(f"Workspace {workspace.root}: {solved} of {len(catalog.all_names())} katas solved.", indent=2)
        if running_interview(history):
            say("An interview is running.\n")
            rows = [
                ("kata check", "judge the file that you saved last"),
                ("kata interview status", "the time that is left"),
                ("kata interview end", "the scorecard"),
            ]
        else:
            say(f"Last started: {what} ({state}).\n")
            if practice.solved_at:
                second = ("kata diff", "yours beside ours")
            elif practice.kind == "kata":
                second = ("kata hint", "one hint more")
            else:
                second = ("kata watch", "judge it at each save")
            rows = [("kata check", f"judge {practice.file}"), second, ("kata next", "what to practise next")]
    for command, meaning in rows:
        say(meaning, first=f"  {command:<24}", indent=26)
    say("\n`kata --help` shows every command.")


@click.command("demo")
def demo_command() -> int:
    """Show in a few seconds what kata does, in a temporary folder: a stub, a mistake, and a right solution.

    \b
    Example:
      kata demo
    """
    from harness.authoring.hunts import plant
    from harness.commands.check import check_command
    from harness.commands.sitting import start_command
    from harness.judge.bank import load_bank

    kata = catalog.load(DEMO_KATA)
    mistake = next(mistake for mistake in load_bank(kata.module) if mistake.name == DEMO_MISTAKE)
    with tempfile.TemporaryDirectory(prefix="kata-demo-") as folder:
        home = Path.cwd()
        os.chdir(folder)
        try:
            path = Path(folder) / kata.file_name
            _announce(f"kata start {kata.name}")
            start_command.main([kata.name, "--workspace", folder], standalone_mode=False)
            _announce("kata check", "the stub as it was written")
            codes = [_run(check_command, folder)]
            _announce("kata check", "after writing it, with one mistake in the backward pass")
            path.write_text(plant([mistake]), encoding="utf-8")
            codes.append(_run(check_command, folder))
            _announce("kata check", "after mending the mistake")
            path.write_text(kata.reference_file.read_text(encoding="utf-8"), encoding="utf-8")
            codes.append(_run(check_command, folder))
        finally:
            os.chdir(home)
    if codes != [1, 1, 0]:
        raise RuntimeError(f"the demo's checks ended with {codes}, expected [1, 1, 0]")
    say(f"\nNow you, in a folder of your own:  kata start {kata.name}")
    return 0


def _announce(command: str, remark: str = "") -> None:
    from harness.screens.render import make_console, show_command

    show_command(make_console(), command, remark)
    sys.stdout.flush()


def _run(command: click.Command, folder: str) -> int:
    code = command.main(["--workspace", folder], standalone_mode=False)
    sys.stdout.flush()
    return int(code)


@click.command("doctor")
@workspace_option
def doctor_command(workspace: Workspace) -> int:
    """Tell whether everything that kata needs is there: versions, BLAS, sandbox, limits, workspace.

    \b
    Example:
      kata doctor
    """
    from importlib.metadata import version

    import numpy as np

    from harness.sandbox.client import WorkerClient
    from harness.sandbox.errors import JudgeFailure, SandboxError
    from harness.sandbox.proxy import Solution
    from harness.sandbox.spawn import bwrap_works

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    rows = [
        ("kata", version("kata")),
        ("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        *((name, version(name)) for name in ("numpy", "pytest", "click", "jinja2", "rich", "fsrs", "watchfiles")),
        ("BLAS", f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()),
        ("katas", str(len(catalog.all_names()))),
        ("workspace", f"{workspace.root}{'' if workspace.exists else ' (nothing started yet)'}"),
        ("history", "present" if workspace.history_file.exists() else "none yet"),
        ("bubblewrap", "works, and is used" if bwrap_works() else "not available; workers run with resource limits only"),
    ]
    failure = None
    with tempfile.TemporaryDirectory(prefix="kata-doctor-") as folder:
        probe = Path(folder) / "probe.py"
        probe.write_text(PROBE, encoding="utf-8")
        client = WorkerClient(probe)
        try:
            client.start()
            client.begin_check(0)
            rows += Solution(client, probe.name).probe()
        except (JudgeFailure, SandboxError) as error:
            failure = str(error)
        finally:
            client.kill()
    rows.append(("worker", failure or "starts and answers"))
    for name, value in rows:
        say(value, first=f"{name:<16}", indent=16)
    if failure:
        raise JudgeFailure("the worker does not work here, so nothing can be judged")
    return 0


PROBE = '''"""Looks at a worker from inside."""
import os
import resource


def probe():
    def limit(what, unit, name):
        amount = resource.getrlimit(what)[0]
        return "none" if amount == resource.RLIM_INFINITY else f"{amount // unit} {name}"

    return [
        ("BLAS threads", os.environ.get("OPENBLAS_NUM_THREADS", "not limited") + " in a worker"),
        ("limits", ", ".join([
            "memory " + limit(resource.RLIMIT_AS, 2**20, "MiB"),
            "CPU " + limit(resource.RLIMIT_CPU, 1, "s"),
            "file size " + limit(resource.RLIMIT_FSIZE, 2**20, "MiB"),
        ])),
    ]
'''
