"""The Rich console that every screen draws on."""

from __future__ import annotations

from rich.console import Console

from harness.screens.colours import THEME
from harness.screens.sentences import MAX_WIDTH


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # the BrokenPipeError that Rich caught; otherwise it exits with code 1


def make_console(stderr: bool = False) -> Console:
    """A console of at most `MAX_WIDTH` columns; colour only on a terminal, and never if NO_COLOR is set."""
    console = _Console(stderr=stderr, highlight=False, soft_wrap=False, emoji=False, markup=False, theme=THEME)
    if console.width > MAX_WIDTH:
        console.width = MAX_WIDTH
    return console
