"""`kata list`: the katas, and how far the learner is with each."""

from __future__ import annotations

from collections.abc import Sequence

import click

from harness import catalog
from harness.commands.histories import history_if_usable
from harness.commands.parameters import json_option, topic_option, workspace_option
from harness.practice.record import read_record
from harness.practice.workspace import Workspace
from harness.screens.as_json import list_object, print_json
from harness.screens.console import make_console
from harness.screens.list_screen import show_katas


@click.command("list")
@topic_option("Only the katas of one topic")
@json_option
@workspace_option
def list_command(topic: str | None, as_json: bool, workspace: Workspace) -> None:
    """Show all katas by topic, in an order in which to learn them.

    \b
    Example:
      kata list --topic losses
    """
    katas = [kata for kata in catalog.all_katas() if topic in (None, kata.topic)]
    if as_json:
        print_json(list_object(katas, read_record(history_if_usable(workspace), catalog.all_names())))
        return
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
