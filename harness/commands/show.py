"""`kata show`: the statement of a kata, its stub, the rules that hold for all katas, or how one hunts a bug."""

from __future__ import annotations

from pathlib import Path

import click

from harness.authoring.stub import make_stub
from harness.catalog import Kata
from harness.commands.histories import named_practice, open_history
from harness.commands.parameters import WrongCall, solution_argument, workspace_option
from harness.practice.workspace import Workspace
from harness.screens.console import make_console
from harness.screens.pager import page
from harness.screens.source import show_source
from harness.screens.texts import show_hunting, show_rules, show_statement


@click.command("show")
@solution_argument
@click.option("--stub", is_flag=True, help="Show the stub instead, as `kata start` writes it.")
@click.option("--rules", is_flag=True, help="Show the rules for all katas instead.")
@click.option("--hunting", is_flag=True, help="Show how to hunt a bug instead.")
@workspace_option
def show_command(named: Kata | Path | None, stub: bool, rules: bool, hunting: bool, workspace: Workspace) -> None:
    """Show the statement of a kata again.

    Without NAME it is the kata that you started or checked last. Long texts go through your pager.

    \b
    Example:
      kata show conv2d
      kata show conv2d --stub
      kata show --rules
    """
    if stub + rules + hunting > 1:
        raise WrongCall("--stub, --rules and --hunting show different texts: use only one of them")
    console = make_console()
    if rules or hunting:
        if named is not None:
            option = "--rules" if rules else "--hunting"
            raise WrongCall(f"this text is the same for all katas: use {option} without a name")
        page(console, show_rules if rules else show_hunting)
        return
    history = open_history(workspace)
    kata, practice = named_practice(named, workspace, history)
    if history and practice and named is None:
        history.touch(kata.name, practice.file, practice)
    source = make_stub(kata) if stub else None
    page(console, lambda console: show_source(console, source) if source else show_statement(console, kata))
