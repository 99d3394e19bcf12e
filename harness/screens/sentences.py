"""Plain sentences on the terminal, wrapped to its width: messages and short lists that need no table and no colour.

Light enough for the command line itself; `render` draws everything else.
"""

from __future__ import annotations

import os
import sys
import textwrap

import click

MAX_WIDTH = 100


def say(text: str, err: bool = False, first: str = "", indent: int = 0) -> None:
    """Print `text` after `first`, wrapped where somebody looks at it; further lines are indented by `indent` columns."""
    width = _width(err)
    lines = (first + text).split("\n") if width is None else _wrapped(first + text, width, indent)
    click.echo("\n".join(lines), err=err)


def complain(text: str) -> None:
    """Print what the program has to say about itself, on standard error."""
    say(text, err=True, first="kata: ", indent=6)


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return lines


def _width(err: bool) -> int | None:
    """Columns to wrap to, or None where nobody asked for any: in a pipe a sentence stays on its line."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return min(int(columns), MAX_WIDTH)
    stream = sys.stderr if err else sys.stdout
    try:
        return min(os.get_terminal_size(stream.fileno()).columns or MAX_WIDTH, MAX_WIDTH)
    except OSError:
        return None
