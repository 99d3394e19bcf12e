"""`kata start`, `hint`, `solution`, `diff`, `reset`: what a learner does around writing a solution."""

from __future__ import annotations

import sys

import click

from harness.authoring.stub import make_stub
from harness.catalog import Kata
from harness.commands.common import (
    WrongCall,
    kata_argument,
    make_history,
    named_practice,
    open_history,
    refuse_in_interview,
    shown,
    workspace_option,
)
from harness.commands.subject import solution_of
from harness.practice.history import History, Practice
from harness.practice.workspace import Workspace
from harness.screens.sentences import say


@click.command("start")
@kata_argument
@click.option("--again", is_flag=True, help="Begin anew: the old solution goes into the archive.")
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
    start_kata(kata, workspace, again)


def start_kata(kata: Kata, workspace: Workspace, again: bool) -> None:
    """What `kata start` does; `kata next --start` does it too."""
    path = workspace.solution(kata)
    if path.exists() and not again:
        raise WrongCall(
            f"{shown(path)} exists and is left as it is: go on with `kata check {kata.name}`, "
            f"or begin anew with `kata start {kata.name} --again` (the old file goes into the archive)"
        )
    history = make_history(workspace)
    refuse_in_interview(kata, history)
    archived = workspace.archive(path) if path.exists() else None
    try:
        workspace.write_new(path, make_stub(kata))
    except OSError as error:
        raise WrongCall(f"{shown(path)} cannot be written: {error.strerror}") from None
    history.start(kata.name, kata.file_name)
    from harness.screens.render import make_console, show_statement

    console = make_console()
    show_statement(console, kata)
    if archived:
        console.print(f"The old solution is kept as {shown(archived)}")
    console.print(f"Wrote {shown(path)}; the clock is running (par {kata.par_minutes} min).")
    console.print(f"Open it in your editor, then: kata check {kata.name}")


@click.command("hint")
@kata_argument
@workspace_option
def hint_command(kata: Kata | None, workspace: Workspace) -> None:
    """Show one more hint; the hints grow clearer.

    \b
    Example:
      kata hint conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(kata, workspace, history)
    if history is None or practice is None:
        raise WrongCall(f"{kata.name} has not been started here: `kata start {kata.name}` does")
    refuse_in_interview(kata, history)
    from harness.screens.render import make_console, show_hint

    seen = history.hints_seen(practice)
    console = make_console()
    show_hint(console, kata, take_hint(kata, history, practice))
    if seen == len(kata.hints):
        console.print(f"That was the last one again; kata solution {kata.name} shows our solution.")


def take_hint(kata: Kata, history: History, practice: Practice) -> int:
    """The number of the hint to show now: the next one, which is remembered, or the last once more."""
    number = min(history.hints_seen(practice) + 1, len(kata.hints))
    history.record_hint(practice, number)
    return number


@click.command("solution")
@kata_argument
@click.option("--yes", is_flag=True, help="Do not ask first.")
@workspace_option
def solution_command(kata: Kata | None, yes: bool, workspace: Workspace) -> None:
    """Show our own solution. The history remembers that you saw it.

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
            raise WrongCall("this shows the whole solution: say --yes where nobody can be asked")
        note = " It will count as revealed" if practice else ""
        if not click.confirm(f"Show the whole solution of {kata.name}?{note}"):
            return
    from harness.screens.render import make_console, show_source

    show_source(make_console(), kata.reference_file.read_text(encoding="utf-8"))
    if history and practice and practice.solved_at is None:
        history.record_reveal(practice)


@click.command("diff")
@kata_argument
@workspace_option
def diff_command(kata: Kata | None, workspace: Workspace) -> None:
    """Show your solution beside ours, once you have solved the kata or seen its solution.

    \b
    Example:
      kata diff conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(kata, workspace, history)
    refuse_in_interview(kata, history)
    path = solution_of(kata, practice, workspace)
    mended = practice is not None and practice.solved_at is not None
    if history is None or not (mended or history.was_solved(kata.name) or history.was_revealed(kata.name)):
        raise WrongCall(f"solve {kata.name} first, or give it up with `kata solution {kata.name}`: this shows our solution")
    from harness.screens.render import make_console, show_diff

    yours = path.read_text(encoding="utf-8", errors="replace")
    show_diff(make_console(), yours, kata.reference_file.read_text(encoding="utf-8"), shown(path))


@click.command("reset")
@kata_argument
@workspace_option
def reset_command(kata: Kata | None, workspace: Workspace) -> None:
    """Put back what the start wrote; your solution goes into the archive. The clock runs on.

    \b
    Example:
      kata reset conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(kata, workspace, history)
    path = solution_of(kata, practice, workspace)
    text = make_stub(kata)
    if practice is not None and practice.planted is not None:
        from harness.authoring.hunts import make_hunt
        from harness.judge.bank import find_mistake

        text = make_hunt(kata, [find_mistake(kata.module, practice.planted)])
    archived = workspace.archive(path)
    workspace.write_new(path, text)
    say(f"{shown(path)} is as it was at the start; your solution is kept as {shown(archived)}")
