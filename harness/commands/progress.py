"""`kata status`, `kata next`, `kata report`: looking back and ahead."""

from __future__ import annotations

import time
import webbrowser
from typing import TYPE_CHECKING

import click

from harness import catalog
from harness.commands.common import WrongCall, open_history, shown, workspace_option
from harness.practice.workspace import Workspace

if TYPE_CHECKING:
    from harness.practice.record import Record

STATUS_MISTAKES = 5


@click.command("status")
@workspace_option
def status_command(workspace: Workspace) -> None:
    """Show where you stand with every kata, what is due, and the mistakes you make most.

    \b
    Example:
      kata status
    """
    record = _record(workspace)
    if not record.active:
        click.echo("Nothing has been started in this folder yet: kata next says what to begin with.")
        return
    from harness.practice.days import day_of
    from harness.practice.lessons import lessons
    from harness.practice.review import memories
    from harness.screens.render import make_console
    from harness.screens.tables import show_status

    katas = catalog.all_katas()
    made = lessons(record.mistakes[:STATUS_MISTAKES])
    show_status(make_console(), katas, record, memories(record, katas), made, day_of(time.time()))


@click.command("next")
@click.option("--start", is_flag=True, help="Start it: a fresh stub; an old solution goes into the archive.")
@workspace_option
def next_command(start: bool, workspace: Workspace) -> None:
    """Say what to practise next, and why: what you are about to forget, what you began, or something new.

    \b
    Example:
      kata next
      kata next --start
    """
    from harness.practice.review import suggest
    from harness.screens.render import make_console
    from harness.screens.tables import show_next

    record = _record(workspace)
    suggestions = suggest(record, catalog.all_katas(), time.time())
    kata = suggestions[0].kata
    path = workspace.solution(kata)
    going = record.of(kata.name).open_sitting is not None and path.exists()
    if going:
        command = f"go on with {shown(path)}, then kata check {kata.name}"
    elif start:
        command = "read the statement below, then write"
    else:
        command = "kata next --start"
    console = make_console()
    show_next(console, suggestions, command)
    if start and not going:
        from harness.commands.sitting import start_kata

        console.print()
        start_kata(kata, workspace, again=True)


@click.command("report")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@workspace_option
def report_command(open_it: bool, workspace: Workspace) -> None:
    """Write a report of your practice: one HTML file that needs no network.

    \b
    Example:
      kata report --open
    """
    record = _record(workspace)
    if not record.active:
        raise WrongCall("nothing has been started here yet, so there is nothing to report: `kata start NAME` begins")
    from harness.screens.html.report_page import write_report

    path = workspace.state / "report.html"
    try:
        write_report(path, record, catalog.all_katas(), workspace.root.name, time.time())
    except OSError as error:
        raise WrongCall(f"{shown(path)} cannot be written: {error.strerror}") from None
    click.echo(f"Wrote {shown(path)}")
    if open_it and not webbrowser.open(path.as_uri()):
        raise WrongCall(f"no browser could be started: open {shown(path)} yourself")


def _record(workspace: Workspace) -> Record:
    """The whole history; an empty one where nothing was started yet."""
    from harness.practice.record import EMPTY, read_record

    history = open_history(workspace)
    return read_record(history, catalog.all_names()) if history else EMPTY
