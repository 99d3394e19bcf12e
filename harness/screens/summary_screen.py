"""The screen of `kata check --all`: a table of verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.judge.verdict import Outcome, Verdict
from harness.screens.sentences import printable


@dataclass(frozen=True)
class Unjudged:
    """A file that has no verdict, and why."""

    file: str
    reason: str


def show_summary(console: Console, verdicts: Sequence[Verdict], unjudged: Sequence[Unjudged]) -> None:
    """The table of `kata check --all`: a line for each solution, with its first failing check, or why it has no score."""
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold", expand=True)
    table.add_column("solution", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("first failure", overflow="ellipsis", no_wrap=True, ratio=1)
    for verdict in verdicts:
        first = next((check for check in verdict.checks() if check.outcome is not Outcome.PASSED), None)
        score = Text(f"{verdict.score}", "green" if verdict.passed else "red")
        table.add_row(Text(printable(verdict.file)), score, Text(first.title if first else ""))
    for one in unjudged:
        table.add_row(Text(printable(one.file)), Text("none", "red"), Text(printable(one.reason)))
    console.print(table)
    passed = sum(verdict.passed for verdict in verdicts)
    console.print(Text(f"{passed} of {len(verdicts) + len(unjudged)} pass", "bold"))
