"""Plain sentences on the terminal, wrapped to its width: messages and short lists that need no table and no colour.

Every command uses it, and the command line itself for errors, so it imports nothing heavy.
"""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

import click

MAX_WIDTH = 100


def say(text: str, err: bool = False, first: str = "", indent: int = 0) -> None:
    """Print `text` after `first`, wrapped to the terminal; continuation lines are indented by `indent` columns.

    What a terminal would act on is replaced: a sentence may quote a file's name, or what somebody typed.
    """
    text, width = printable(text), _width(err)
    lines = (first + text).split("\n") if width is None else _wrapped(first + text, width, indent)
    click.echo("\n".join(lines), err=err)


def complain(text: str) -> None:
    """Print a message of the program itself on standard error."""
    say(text, err=True, first="kata: ", indent=6)


def ask(question: str) -> bool:
    """Ask a question that is answered with yes or no; Enter means no."""
    text = f"{question} [y/N]"
    return click.confirm("\n".join(_wrapped(text, (_width(err=False) or MAX_WIDTH) - 3, 0)), show_default=False)


def shown(path: Path) -> str:
    """A path as one would type it from here, without anything that a terminal would act on."""
    relative = os.path.relpath(path)
    return printable(relative if len(relative) <= len(str(path)) else str(path))


def printable(text: str) -> str:
    """The text with a replacement sign for every character that a terminal or a page cannot show."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return lines


def _width(err: bool) -> int | None:
    """Columns to wrap to, or None in a pipe, where a sentence stays on its line."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return min(int(columns), MAX_WIDTH)
    stream = sys.stderr if err else sys.stdout
    try:
        return min(os.get_terminal_size(stream.fileno()).columns or MAX_WIDTH, MAX_WIDTH)
    except OSError:
        return None
