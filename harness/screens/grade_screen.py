"""The screens of `kata grade`: a progress bar while it works, and the summary at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from harness.grading.run import Counts
from harness.grading.summary import Frequent, Summary
from harness.practice.days import clock
from harness.screens.colours import NOTABLE
from harness.screens.console import make_console

BAR_WIDTH = 40
SHOWN_MISTAKES = 10
SHOWN_CHECKS = 5
SHOWN_UNJUDGED = 10


class GradeBar:
    """The bar: how many files are done, how fast it goes and how long it will take."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Grading", total=None, pace="")
        self._began = time.monotonic()

    def update(self, counts: Counts) -> None:
        """Show how far the run is."""
        pace = self.pace(counts, time.monotonic() - self._began)
        self._progress.update(self._task, completed=counts.judged + counts.known, total=counts.total, pace=pace)

    @staticmethod
    def pace(counts: Counts, seconds: float) -> str:
        """Rate and time left. Verdicts of an earlier run came at once, and say nothing about either."""
        if not counts.judged or seconds <= 0:
            return ""
        rate = counts.judged / seconds
        left = (counts.total - counts.judged - counts.known) / rate
        shown = f"{rate:.1f} a second" if rate >= 1 else f"{rate * 60:.1f} a minute"
        return f"{shown} · {clock(left)} left"


@contextmanager
def grade_bar() -> Iterator[GradeBar]:
    """A bar on standard error while it is open; none where that is not a terminal."""
    console = make_console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield GradeBar(progress)


def show_grades(console: Console, summary: Summary) -> None:
    """The summary of a run."""
    judged = len(summary.points)
    console.print(Text(f"{summary.kata.name}: {_files(len(summary.scores))}, {summary.passed} pass", "bold"))
    if judged:
        console.print(Text(f"Mean {summary.mean:.1f}, median {summary.median:g} of 100 points"))
        console.print()
        console.print(_histogram(summary.histogram))
    if summary.mistakes:
        _heading(console, "Most frequent mistakes")
        table = _counted(judged)
        for mistake in summary.mistakes[:SHOWN_MISTAKES]:
            what = Text.assemble((mistake.name, NOTABLE), f" ({', '.join(mistake.tags)})\n{mistake.headline}")
            table.add_row(str(mistake.count), f"{mistake.count / judged:.0%}", what)
        console.print(table)
        _more(console, summary.mistakes, SHOWN_MISTAKES, "mistakes")
        _heading(console, "By kind of mistake")
        console.print(_table(summary.tags, judged))
    if summary.checks:
        _heading(console, "Checks that fail most")
        console.print(_table(summary.checks[:SHOWN_CHECKS], judged))
    if summary.unjudged:
        _heading(console, f"{_files(len(summary.unjudged))} could not be judged")
        for score in summary.unjudged[:SHOWN_UNJUDGED]:
            console.print(Padding(Text(f"{score.file}: {score.reason}"), (0, 0, 0, 2), expand=False))
        _more(console, summary.unjudged, SHOWN_UNJUDGED, "files")
    if summary.stopped:
        _heading(console, f"{_files(len(summary.stopped))} cannot be imported or did not run to the end")
        for score in summary.stopped[:SHOWN_UNJUDGED]:
            console.print(Padding(Text(f"{score.file}: {score.stopped}"), (0, 0, 0, 2), expand=False))
        _more(console, summary.stopped, SHOWN_UNJUDGED, "files")


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _more(console: Console, things: Sequence[object], shown: int, name: str) -> None:
    if len(things) > shown:
        console.print(Text(f"  ... and {len(things) - shown} more {name}", "dim"))


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"


def _histogram(bars: Sequence[tuple[str, int]]) -> Table:
    highest = max(count for _, count in bars)
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for label, count in bars:
        width = -(-BAR_WIDTH * count // highest)
        table.add_row(label, str(count), Text("█" * width, "green" if label == "100" else NOTABLE))
    return table


def _counted(judged: int) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True, min_width=len(str(judged)) + 2)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    return table


def _table(things: Sequence[Frequent], judged: int) -> Table:
    table = _counted(judged)
    for thing in things:
        table.add_row(str(thing.count), f"{thing.count / judged:.0%}", thing.name)
    return table
