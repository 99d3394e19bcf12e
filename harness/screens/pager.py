"""Long texts: through the learner's pager where they are longer than the terminal, as they are in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click
from rich.console import Console

LESS_OPTIONS = "-X"  # what was read stays on the screen after `q`
LESS_COLOURS = "-R"


def page(console: Console, draw: Callable[[Console], None]) -> None:
    """Draw on a console, with the pager in between where the screen is too short and somebody can press keys.

    Args:
        console: where to.
        draw: prints on the console that it is given.
    """
    if not console.is_terminal or not sys.stdin.isatty():
        draw(console)
        return
    with console.capture() as capture:
        draw(console)
    text = capture.get()
    if text.count("\n") < console.height:
        console.file.write(text)
        console.file.flush()
        return
    os.environ["LESS"] = f"{LESS_COLOURS} {os.environ.get('LESS') or LESS_OPTIONS}"
    click.echo_via_pager(text, color=None if "\x1b" not in text else True)
