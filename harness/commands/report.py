"""`kata report`: the learner's progress as an HTML file."""

from __future__ import annotations

import time
import webbrowser

import click

from harness import catalog
from harness.commands.histories import open_history
from harness.commands.parameters import WrongCall, json_option, workspace_option, writing
from harness.judge.bank import find_mistake
from harness.practice.lessons import lessons
from harness.practice.record import read_record
from harness.practice.workspace import Workspace
from harness.screens.as_json import print_json, report_object
from harness.screens.html.contents import gather
from harness.screens.html.pages import report_page
from harness.screens.sentences import say, shown


@click.command("report")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@json_option
@workspace_option
def report_command(open_it: bool, as_json: bool, workspace: Workspace) -> None:
    """Write a report on your practice: one HTML file that needs no network.

    \b
    Example:
      kata report --open
    """
    if open_it and as_json:
        raise WrongCall("--open shows a page and --json prints data: use only one of them")
    record = read_record(open_history(workspace), catalog.all_names())
    if as_json:
        print_json(report_object(record, catalog.all_katas()))
        return
    if not record.active:
        raise WrongCall("there is nothing to report, since nothing has been started here yet: run `kata start NAME` first")
    made = lessons(record.mistakes, find_mistake)
    report = gather(record, catalog.all_katas(), made, workspace.root.name, time.time())
    path = workspace.state / "report.html"
    with writing(path):
        workspace.rewrite(path, report_page(report))
    say(f"Wrote {shown(path)}")
    if open_it and not webbrowser.open(path.as_uri()):
        raise WrongCall(f"no browser could be started: open {shown(path)} yourself")
