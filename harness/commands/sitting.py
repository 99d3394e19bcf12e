"""`kata start`, `hint`, `solution`, `diff`, `reset`, `pause`: what a learner does around writing a solution."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import click
from rich.console import Console

from harness.authoring.hunts import make_hunt, make_solved
from harness.authoring.stub import make_stub
from harness.catalog import Kata
from harness.commands.hints import hints_for, next_hint
from harness.commands.histories import last_touched, make_history, named_practice, open_history, refuse_in_interview
from harness.commands.parameters import (
    WrongCall,
    confirmed,
    kata_argument,
    solution_argument,
    workspace_option,
    writing,
    yes_option,
)
from harness.commands.planted import planted_mistakes
from harness.commands.solutions import find_solution
from harness.judge.bank import Mistake, load_bank, reference_source
from harness.practice.days import clock
from harness.practice.history import History
from harness.practice.kind import PracticeKind
from harness.practice.workspace import Workspace
from harness.sandbox.coding import readable_text
from harness.screens.console import make_console
from harness.screens.pager import page
from harness.screens.sentences import say, shown
from harness.screens.source import show_diff, show_mistake, show_source, without_docstrings
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
        known = open_history(workspace)
        practice = known.of_file(path.name) if known else None
        if known and practice and practice.interview is not None and not known.open_interview():
            raise WrongCall(
                f"{shown(path)} is from an interview that is over: `kata start {kata.name} --again` starts afresh "
                "(the old file goes into the archive)"
            )
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
@solution_argument
@yes_option
@workspace_option
def hint_command(named: Kata | Path | None, yes: bool, workspace: Workspace) -> None:
    """Show the next hint, one for what failed last. Each says more than the one before.

    It asks first if you started or checked another kata since.

    \b
    Example:
      kata hint conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(named, workspace, history)
    if history is None or practice is None:
        raise WrongCall(f"{kata.name} has not been started here: run `kata start {kata.name}` first")
    refuse_in_interview(kata, history)
    last, seen, hints = last_touched(workspace, history), history.hints_seen(practice), hints_for(kata, practice)
    if last.file != practice.file and seen < len(hints):
        reason = f"you last worked on {last.file}, not on {practice.file}"
        if not confirmed(reason, f"Show hint {seen + 1} of {len(hints)}?", yes):
            return
    history.touch(kata.name, practice.file, practice)
    console = make_console()
    name = f"{practice.kind.policy.phrase}{kata.name}"
    show_hint(console, name, *next_hint(history, practice, hints))
    if seen == len(hints):
        console.print(f"There are no more hints; kata solution {kata.name} shows our solution.")


@click.command("solution")
@solution_argument
@yes_option
@workspace_option
def solution_command(named: Kata | Path | None, yes: bool, workspace: Workspace) -> None:
    """Show our solution. The history remembers that you saw it.

    \b
    Example:
      kata solution conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(named, workspace, history)
    refuse_in_interview(kata, history)
    known = history is not None and (history.was_solved(kata.name) or history.was_revealed(kata.name))
    note = ", and it will count as revealed" if practice else ""
    if not known and not confirmed(f"this shows the whole solution of {kata.name}{note}", "Go on?", yes):
        return
    source = kata.reference_file.read_text(encoding="utf-8")
    page(make_console(), lambda console: show_source(console, source))
    if history and practice and practice.solved_at is None:
        history.record_reveal(practice)


@click.command("diff")
@solution_argument
@click.option("--no-docstrings", is_flag=True, help="Compare the code alone.")
@workspace_option
def diff_command(named: Kata | Path | None, no_docstrings: bool, workspace: Workspace) -> None:
    """Compare your solution with ours, once you have solved the kata or seen our solution.

    Below it stand the mistakes that were recognised on the way: the lines of ours, and what the mistake makes of them.

    \b
    Example:
      kata diff conv2d --no-docstrings
    """
    history = open_history(workspace)
    kata, practice = named_practice(named, workspace, history)
    refuse_in_interview(kata, history)
    _, path = find_solution(named, None, workspace)
    solved = practice is not None and practice.solved_at is not None
    if history is None or not (solved or history.was_solved(kata.name) or history.was_revealed(kata.name)):
        raise WrongCall(f"this shows our solution: solve {kata.name} first, or give up with `kata solution {kata.name}`")
    yours = readable_text(path.read_bytes())
    if practice is not None and practice.kind is PracticeKind.HUNT:
        ours = make_solved(kata, len(practice.planted_names))
    else:
        ours = kata.reference_file.read_text(encoding="utf-8")
    if no_docstrings:
        try:
            yours, ours = without_docstrings(yours), without_docstrings(ours)
        except SyntaxError as error:
            raise WrongCall(f"{shown(path)} is not Python any more, line {error.lineno}: {error.msg}") from None
    made = _made(kata, history.mistakes_of(practice)) if practice else []

    def both(console: Console) -> None:
        show_diff(console, yours, ours, shown(path))
        for mistake in made:
            show_mistake(console, mistake.name, mistake.headline, reference_source(kata.module), mistake.source())

    page(make_console(), both)


def _made(kata: Kata, names: Collection[str]) -> list[Mistake]:
    """Those mistakes that the bank still holds."""
    return [mistake for mistake in load_bank(kata.module) if mistake.name in names]


@click.command("reset")
@solution_argument
@workspace_option
def reset_command(named: Kata | Path | None, workspace: Workspace) -> None:
    """Restore the file as it was at the start; your solution goes into the archive. The clock keeps running.

    \b
    Example:
      kata reset conv2d
    """
    history = open_history(workspace)
    kata, practice = named_practice(named, workspace, history)
    _, path = find_solution(named, None, workspace)
    if path.resolve().parent != workspace.root:
        raise WrongCall(f"{shown(path)} is not in the workspace {workspace.root}, so it was never started there")
    text = make_stub(kata)
    if planted := planted_mistakes(kata, practice):
        text = make_hunt(kata, planted)
    archived = workspace.archive(path)
    with writing(path):
        workspace.write_new(path, text)
    if history:
        history.touch(kata.name, path.name, practice)
    say(f"{shown(path)} is as it was at the start; your solution is kept as {shown(archived)}")


@click.command("pause")
@workspace_option
def pause_command(workspace: Workspace) -> None:
    """Stop the clock of the kata that you are working on; a second time, start it again.

    A save, a check or a hint starts it too. Otherwise it stops when you turn to another kata, and after 15 minutes without a
    save or a command. The clock of an interview never stops.

    \b
    Example:
      kata pause
    """
    history = open_history(workspace)
    touched = last_touched(workspace, history)
    practice = touched.practice
    assert history is not None
    if practice is None:
        raise WrongCall(
            f"{touched.file} has no clock, since it was not started here: `kata start {touched.kata}` starts one"
        )
    if practice.kind is PracticeKind.INTERVIEW:
        raise WrongCall("the clock of an interview never stops; `kata interview end` ends it")
    if practice.solved_at is not None:
        raise WrongCall(f"{practice.kata} is solved, and its clock stands at {clock(practice.clock_seconds())}")
    if history.is_paused(practice):
        history.touch(practice.kata, practice.file, practice)
        say(f"The clock of {practice.kata} runs again, from {clock(practice.clock_seconds())} on.")
    else:
        history.pause(practice)
        say(f"The clock of {practice.kata} is paused at {clock(history.practice(practice.id).clock_seconds())}.")
        say("It runs again with your next save, check or hint, or with kata pause.")
