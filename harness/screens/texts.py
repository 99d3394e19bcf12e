"""A kata's Markdown texts in the terminal: the statement and the hints."""

from __future__ import annotations

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from harness.catalog import Kata


def show_statement(console: Console, kata: Kata) -> None:
    """A kata's title, difficulty and par time, and its statement."""
    line = f"{kata.title} · {kata.difficulty} · par {kata.par_minutes} min"
    console.print(Text(line, "bold"))
    console.print(Text("─" * min(len(line), console.width), "dim"))
    console.print(Markdown(kata.statement(), hyperlinks=False))
    console.print()


def show_hint(console: Console, kata: Kata, number: int) -> None:
    """The hint of that number, counted from 1."""
    console.print(Text(f"Hint {number} of {len(kata.hints)} for {kata.name}", "bold"))
    console.print(Padding(Markdown(kata.hints[number - 1].text, hyperlinks=False), (0, 0, 0, 2), expand=False))
