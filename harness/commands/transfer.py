"""`kata export` and `kata import`: a history from one machine to another."""

from __future__ import annotations

from pathlib import Path

import click

from harness.commands.histories import make_history, open_history
from harness.commands.parameters import WrongCall, confirmed, workspace_option, writing, yes_option
from harness.practice.exchange import BadExport, export_history, import_history
from harness.practice.workspace import Workspace
from harness.screens.sentences import say, shown


@click.command("export")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@yes_option
@workspace_option
def export_command(path: Path, yes: bool, workspace: Workspace) -> None:
    """Write your history into a file, for another machine. Solutions are not in it.

    It asks before it replaces a file.

    \b
    Example:
      kata export history.json
    """
    history = open_history(workspace)
    if history is None or history.last_started() is None:
        raise WrongCall("there is nothing to export, since nothing has been started here yet")
    if path.exists() and not confirmed(f"there already is a file {shown(path)}", "Replace it?", yes):
        return
    with writing(path):
        workspace.rewrite(path, export_history(history))
    say(f"Wrote {shown(path)}. On the other machine: kata import {path.name}")


@click.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@workspace_option
def import_command(path: Path, workspace: Workspace) -> None:
    """Add a history that `kata export` wrote to the one of this workspace.

    What is here stays, and nothing is added twice, so the same file can be imported again.

    \b
    Example:
      kata import history.json
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        raise WrongCall(f"there is no file {shown(path)}") from None
    except OSError as error:
        raise WrongCall(f"{shown(path)} cannot be read: {error.strerror}") from None
    try:
        merged = import_history(make_history(workspace), text)
    except BadExport as error:
        raise WrongCall(f"{shown(path)} cannot be imported: {error}") from None
    known = f"{_count(merged.known_practices, 'practice')} and {_count(merged.known_attempts, 'check')}"
    if not merged.practices and not merged.attempts:
        say(f"Nothing to add: {known} are here already.")
        return
    say(f"Added {_count(merged.practices, 'practice')} and {_count(merged.attempts, 'check')}.")
    if merged.known_practices or merged.known_attempts:
        say(f"{known} were here already.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
