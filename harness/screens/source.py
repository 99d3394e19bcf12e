"""Python source in the terminal: a solution, or two of them compared."""

from __future__ import annotations

import ast
import difflib

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.screens.code import folded, highlighted
from harness.screens.colours import NOTABLE
from harness.screens.sentences import MAX_WIDTH, printable


def show_source(console: Console, source: str) -> None:
    """Python source, highlighted where there is colour."""
    if console.is_terminal:
        lines = [piece for line in source.splitlines() for piece in folded(line, console.width)]
        console.print(highlighted("\n".join(lines), "python"))
    else:
        console.print(source, soft_wrap=True, end="")  # whole lines: it may go into a file


def show_diff(console: Console, yours: str, ours: str, name: str) -> None:
    """Two sources: side by side if there is room, else as a unified diff."""
    yours = printable(yours)
    if yours == ours:
        console.print(Text(f"{name} and the reference are identical."))
        return
    if console.width >= MAX_WIDTH:
        console.print(_side_by_side(yours, ours, name))
        return
    for line in difflib.unified_diff(yours.splitlines(), ours.splitlines(), name, "the reference", lineterm=""):
        style = {"+": "green", "-": "red", "@": NOTABLE}.get(line[:1], "")
        console.print(Text("\n".join(folded(line[1:], console.width, line[:1])), style))


def show_mistake(console: Console, name: str, headline: str, ours: str, mistaken: str) -> None:
    """A mistake that was made on the way: what is wrong, and its lines next to ours."""
    console.print(Text(f"\nRecognised on the way: {name}", "bold"))
    console.print(Text(headline))
    lines = difflib.unified_diff(ours.splitlines(), mistaken.splitlines(), n=0, lineterm="")
    for line in list(lines)[2:]:  # below the names of the files
        word, style = {"-": ("ours   ", "green"), "+": ("with it", "red")}.get(line[:1], ("", ""))
        if word:
            pieces = folded(line[1:], console.width - len(word), " ")
            console.print(Text(word, "dim") + Text(f"\n{' ' * len(word)}".join(pieces), style))


def without_docstrings(source: str) -> str:
    """Python source with its docstrings taken out.

    Raises:
        SyntaxError: it is not Python.
    """
    lines = source.splitlines()
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    documented = [node for node in nodes if ast.get_docstring(node, clean=False) is not None]
    for node in sorted(documented, key=lambda node: node.body[0].lineno, reverse=True):
        first = node.body[0]
        if not lines[first.lineno - 1][: first.col_offset].strip():  # it has its lines to itself
            lines[first.lineno - 1 : first.end_lineno] = [" " * first.col_offset + "..."] if len(node.body) == 1 else []
    return "\n".join(lines).strip("\n") + "\n"


def _side_by_side(yours: str, ours: str, name: str) -> Table:
    table = Table(box=None, show_header=True, header_style="bold", pad_edge=False, padding=(0, 1), expand=True)
    table.add_column(name, ratio=1, overflow="fold")
    table.add_column("the reference", ratio=1, overflow="fold")
    left, right = yours.splitlines(), ours.splitlines()
    for tag, a, b, c, d in difflib.SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        for i in range(max(b - a, d - c)):
            mine = left[a + i] if a + i < b else ""
            theirs = right[c + i] if c + i < d else ""
            changed = tag != "equal"
            table.add_row(Text(mine, "red" if changed else "dim"), Text(theirs, "green" if changed else "dim"))
    return table
