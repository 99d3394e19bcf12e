"""`kata start`, `hint`, `solution`, `diff`, `reset`: what a learner does around writing a solution."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from harness.authoring.hunts import make_hunt
from harness.authoring.stub import make_stub
from harness.catalog import Kata
from harness.commands.histories import make_history, named_practice, open_history, refuse_in_interview
from harness.commands.parameters import WrongCall, kata_argument, workspace_option, writing
from harness.commands.solutions import solution_of
from harness.judge.bank import find_mistake
from harness.practice.history import History
from harness.practice.workspace import Workspace
from harness.screens.console import make_console
from harness.screens.pager import page
from harness.screens.sentences import say, shown
from harness.screens.source import show_diff, show_source
from harness.screens.texts import show_begun, show_hint, show_rules, show_statement


@click.command("start")
@kata_argument
@click.option("--again", is_flag=True, help="Start over; the old solution goes into the archive.")
@workspace_option
def start_command(kata: Kata | None, again: bool, workspace: Workspace) -> None:
    """Write the stub of a kata, show its statement, and start the clock.

    \b
    Example:
      kata start conv2d
      kata start conv2d --again
    """
    if kata is None:
        raise WrongCall("name the kata to start, as in `kata start conv2d`; `kata list` shows them all")
    path = workspace.solution(kata)
    if path.exists() and not again:
        raise WrongCall(
            f"{shown(path)} already exists and was left alone: continue with `kata check {kata.name}`, "
            f"or start over with `kata start {kata.name} --again` (the old file goes into the archive)"
        )
    history = make_history(workspace)
    refuse_in_interview(kata, history)
    is_first = history.last_started() is None
    archived = begin(kata, workspace, history)
    console = make_console()
    page(console, lambda console: _introduce(console, kata, is_first))
    if archived:
        console.print(f"Your old solution is kept as {shown(archived)}")
    show_begun(console, kata, path)


def begin(kata: Kata, workspace: Workspace, history: History) -> Path | None:
    """Write the stub and start the clock; returns where an old solution is kept now, if there was one."""
    path = workspace.solution(kata)
    archived = workspace.archive(path) if path.exists() else None
    with writing(path):
        workspace.write_new(path, make_stub(kata))
    history.start(kata.name, kata.file_name)
    return archived


def _introduce(console: Console, kata: Kata, is_first: bool) -> None:
    """The statement, and at the first kata of a workspace the rules for all."""
    show_statement(console, kata)
    if is_first:
        console.print("This is your first kata here, so these rules follow once; kata show --rules shows them again.\n")
        show_rules(console)


@click.command("hint")
@kata_argument
@workspace_option
def hint_command(kata: Kata | None, workspace: Workspace) -> None:
    """Show the next hint; each says more than the one before.

    \b
    Example:
      kata hint conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(kata, workspace, history)
    if history is None or practice is None:
        raise WrongCall(f"{kata.name} has not been started here: run `kata start {kata.name}` first")
    refuse_in_interview(kata, history)
    seen = history.hints_seen(practice)
    console = make_console()
    show_hint(console, kata, history.take_hint(practice, len(kata.hints)))
    if seen == len(kata.hints):
        console.print(f"There are no more hints; kata solution {kata.name} shows our solution.")


@click.command("solution")
@kata_argument
@click.option("--yes", is_flag=True, help="Do not ask first.")
@workspace_option
def solution_command(kata: Kata | None, yes: bool, workspace: Workspace) -> None:
    """Show our solution. The history remembers that you saw it.

    \b
    Example:
      kata solution conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(kata, workspace, history)
    refuse_in_interview(kata, history)
    known = history is not None and (history.was_solved(kata.name) or history.was_revealed(kata.name))
    if not yes and not known:
        if not sys.stdin.isatty():
            raise WrongCall("this shows the whole solution: add --yes where nobody can be asked")
        note = " It will count as revealed" if practice else ""
        if not click.confirm(f"Show the whole solution of {kata.name}?{note}"):
            return
    source = kata.reference_file.read_text(encoding="utf-8")
    page(make_console(), lambda console: show_source(console, source))
    if history and practice and practice.solved_at is None:
        history.record_reveal(practice)


@click.command("diff")
@kata_argument
@workspace_option
def diff_command(kata: Kata | None, workspace: Workspace) -> None:
    """Compare your solution with ours, once you have solved the kata or seen our solution.

    \b
    Example:
      kata diff conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(kata, workspace, history)
    refuse_in_interview(kata, history)
    path = solution_of(kata, practice, workspace)
    solved = practice is not None and practice.solved_at is not None
    if history is None or not (solved or history.was_solved(kata.name) or history.was_revealed(kata.name)):
        raise WrongCall(f"this shows our solution: solve {kata.name} first, or give up with `kata solution {kata.name}`")
    yours = path.read_text(encoding="utf-8", errors="replace")
    ours = kata.reference_file.read_text(encoding="utf-8")
    page(make_console(), lambda console: show_diff(console, yours, ours, shown(path)))


@click.command("reset")
@kata_argument
@workspace_option
def reset_command(kata: Kata | None, workspace: Workspace) -> None:
    """Restore the file as it was at the start; your solution goes into the archive. The clock keeps running.

    \b
    Example:
      kata reset conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(kata, workspace, history)
    path = solution_of(kata, practice, workspace)
    text = make_stub(kata)
    if practice is not None and practice.planted is not None:
        text = make_hunt(kata, [find_mistake(kata.module, practice.planted)])
    archived = workspace.archive(path)
    with writing(path):
        workspace.write_new(path, text)
    say(f"{shown(path)} is as it was at the start; your solution is kept as {shown(archived)}")
