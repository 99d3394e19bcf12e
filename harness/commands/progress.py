"""`kata status` and `kata next`: looking back and ahead."""

from __future__ import annotations

import time

import click

from harness import catalog
from harness.catalog import DIFFICULTIES
from harness.commands.histories import open_history
from harness.commands.parameters import WrongCall, json_option, workspace_option
from harness.judge.bank import find_mistake
from harness.practice.days import day_of
from harness.practice.lessons import lessons
from harness.practice.memory import memories
from harness.practice.record import read_record
from harness.practice.suggestions import suggest
from harness.practice.workspace import Workspace
from harness.screens.as_json import next_object, print_json, status_object
from harness.screens.console import make_console
from harness.screens.sentences import say, shown
from harness.screens.status_screen import show_next, show_status

STATUS_MISTAKES = 5


@click.command("status")
@json_option
@workspace_option
def status_command(as_json: bool, workspace: Workspace) -> None:
    """Show how far you are with every kata, what is due, and the mistakes you make most.

    \b
    Example:
      kata status
    """
    record = read_record(open_history(workspace), catalog.all_names())
    katas = catalog.all_katas()
    if as_json:
        print_json(
            status_object(katas, record, memories(record, katas), lessons(record.mistakes, find_mistake), time.time())
        )
        return
    if not record.active:
        say("Nothing has been started in this folder yet: `kata next` suggests where to start.")
        return
    made = lessons(record.mistakes[:STATUS_MISTAKES], find_mistake)
    show_status(make_console(), katas, record, memories(record, katas), made, day_of(time.time()))


@click.command("next")
@click.option("--start", is_flag=True, help="Start it: a fresh stub; an old solution goes into the archive.")
@click.option(
    "--level",
    type=click.Choice(DIFFICULTIES),
    help="Only katas of this difficulty; what they need of another one counts as known.",
)
@json_option
@workspace_option
@click.pass_context
def next_command(context: click.Context, start: bool, level: str | None, as_json: bool, workspace: Workspace) -> None:
    """Suggest what to practise next, and why: what you are about to forget, what you began, or something new.

    Topics alternate. If you know the basics, begin with --level medium.

    \b
    Example:
      kata next
      kata next --level medium --start
    """
    if start and as_json:
        raise WrongCall("--start shows a statement and --json prints data: use only one of them")
    record = read_record(open_history(workspace), catalog.all_names())
    suggestions = suggest(record, catalog.all_katas(), time.time(), level)
    if as_json:
        print_json(next_object(suggestions))
        return
    kata = suggestions[0].kata
    path = workspace.solution(kata)
    is_open = record.of(kata.name).open_sitting is not None and path.exists()
    if is_open:
        command = f"continue with {shown(path)}, then kata check {kata.name}"
    elif start:
        command = "read the statement below, then write"
    else:
        command = f"kata next{f' --level {level}' if level else ''} --start"
    console = make_console()
    show_next(console, suggestions, command)
    if start and not is_open:
        console.print()
        root = context.find_root()
        assert isinstance(root.command, click.Group)
        start_command = root.command.get_command(root, "start")
        assert start_command is not None
        context.invoke(start_command, kata=kata, again=True, workspace=workspace)
