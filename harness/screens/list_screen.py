"""The screen of `kata list`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.catalog import Kata
from harness.screens.colours import HEADING


def show_katas(console: Console, katas: Sequence[Kata], states: Mapping[str, str]) -> None:
    """All katas by topic: name, difficulty, par time, and the learner's state in words."""
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold")
    for name in ("kata", "difficulty", "par", "state"):
        table.add_column(name, justify="right" if name == "par" else "left", no_wrap=True)
    topic = ""
    for kata in katas:
        if kata.topic != topic:
            topic = kata.topic
            table.add_row(Text(topic.capitalize(), HEADING), "", "", "")
        state = states.get(kata.name, "")
        table.add_row(
            f"  {kata.name}", kata.difficulty, f"{kata.par_minutes} min", Text(state, "green" if state == "solved" else "")
        )
    console.print(table)
