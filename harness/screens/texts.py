"""Markdown texts in the terminal: a kata's statement and hints, the rules for all katas, and how one hunts a bug."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from harness import catalog
from harness.catalog import Kata
from harness.screens.markdown import markdown
from harness.screens.sentences import shown


def show_statement(console: Console, kata: Kata) -> None:
    """A kata's title, difficulty and par time, and its statement."""
    _show_page(console, f"{kata.title} · {kata.difficulty} · par {kata.par_minutes} min", kata.statement())


def show_rules(console: Console) -> None:
    """What holds for every kata."""
    _show_page(console, "Rules for all katas", catalog.rules())


def show_hunting(console: Console) -> None:
    """How one hunts a bug."""
    _show_page(console, "How to hunt a bug", catalog.hunting())


def _show_page(console: Console, title: str, text: str) -> None:
    console.print(Text(title, "bold"))
    console.print(Text("─" * min(len(title), console.width), "dim"))
    console.print(markdown(text))
    console.print()


def show_begun(console: Console, kata: Kata, path: Path) -> None:
    """What `kata start` has done, and what to do next."""
    console.print(f"Wrote {shown(path)}, the only file that is judged. The clock is running (par {kata.par_minutes} min).")
    console.print(f"Open it in your editor, then: kata check {kata.name}")


def show_hint(console: Console, name: str, heading: str, text: str) -> None:
    """A hint; `name` is what it is for."""
    console.print(Text(f"{heading} for {name}", "bold"))
    console.print(Padding(markdown(text), (0, 0, 0, 2), expand=False))
