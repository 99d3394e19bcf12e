"""Advice on a file that Python cannot run or that defines nothing: what it seems to be, and how to make a solution of it.

`next_step` asks for it when the first thing that fails is the file itself.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from harness.sandbox.coding import readable_text

MAGIC = re.compile(r"^[%!]{1,2}\w|\bget_ipython\(\)", re.MULTILINE)
CELL = re.compile(r"^# (%%|In\s?\[)", re.MULTILINE)


def file_advice(path: Path) -> str | None:
    """One sentence without its full stop; None where the file looks like any other."""
    try:
        text = readable_text(path.read_bytes())
    except OSError:
        return None
    if text.lstrip().startswith("{") and '"cells"' in text:
        return f"{path.name} is a notebook, not Python: copy the code of your cells into a plain file"
    if MAGIC.search(text):
        return f"{path.name} holds commands of IPython, lines with % or ! or get_ipython(): take them out"
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    imported = list(_imported(tree))
    if "marimo" in imported:
        return (
            f"{path.name} is a marimo notebook, whose cells are functions: move your code to the top level of a plain file"
        )
    for name in imported:
        if (path.parent / f"{name}.py").is_file() or (path.parent / name / "__init__.py").is_file():
            return f"copy what you need from {name} into {path.name}, the only file that is judged"
    if CELL.search(text) and not any(isinstance(node, ast.ClassDef | ast.FunctionDef) for node in tree.body):
        return f"{path.name} is a notebook whose cells define no class and no function: write the names of the stub into it"
    return None


def misspelt(path: Path, reference: Path) -> str | None:
    """Which name to change, as the same kind of sentence, where the file defines one like a name that it lacks."""
    try:
        defined = _defined(readable_text(path.read_bytes()))
    except (OSError, SyntaxError, ValueError):
        return None
    wanted = _defined(reference.read_text(encoding="utf-8"))
    others = {name.lower(): name for name in defined if name not in wanted}
    for name in wanted:
        near = difflib.get_close_matches(name.lower(), others, n=1, cutoff=0.7) if name not in defined else []
        if near:
            return f"rename {others[near[0]]} to {name}"
    return None


def _defined(source: str) -> list[str]:
    """The public classes and functions at the top level."""
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    return [node.name for node in nodes if not node.name.startswith("_")]


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from [node.module.partition(".")[0]] if node.module else [alias.name for alias in node.names]
