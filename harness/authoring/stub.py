"""Makes a kata's stub from its reference: public signatures and docstrings stay, bodies and private helpers go."""

from __future__ import annotations

import ast
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness.catalog import Kata

TEMPLATES = Path(__file__).with_name("templates")
NOT_WRITTEN = "raise NotImplementedError"


def make_stub(kata: Kata) -> str:
    """The text of the file that `kata start` writes."""
    source = kata.reference_file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    lines = source.splitlines()
    definitions = [_definition(node, lines) for node in tree.body if _is_public_definition(node)]
    body = "\n\n\n".join(definitions)
    names = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    imports = [_import(node, names) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    future = [line for line in imports if line.startswith("from __future__")]
    others = [line for line in imports if line and line not in future and line != "import numpy as np"]
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    return environment.get_template("stub.py.jinja").render(
        kata=kata, summary=ast.get_docstring(tree), future=future, imports=others, body=body
    )


def _is_public_definition(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")


def _definition(node: ast.stmt, lines: list[str]) -> str:
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    if isinstance(node, ast.FunctionDef):
        return _signature(node, lines)
    methods = [item for item in node.body if isinstance(item, ast.FunctionDef) and _is_for_learner(item)]
    head = _text(lines, _first_line(node), _end_of_docstring(node))
    return "\n\n".join([head, *(_signature(method, lines) for method in methods)])


def _is_for_learner(method: ast.FunctionDef) -> bool:
    return not method.name.startswith("_") or method.name == "__init__"


def _signature(function: ast.FunctionDef, lines: list[str]) -> str:
    head = _text(lines, _first_line(function), _end_of_docstring(function))
    indent = " " * (function.col_offset + 4)
    return f"{head}\n{indent}{NOT_WRITTEN}"


def _first_line(node: ast.ClassDef | ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _end_of_docstring(node: ast.ClassDef | ast.FunctionDef) -> int:
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.end_lineno or first.lineno
    return first.lineno - 1


def _text(lines: list[str], first: int, last: int) -> str:
    return "\n".join(lines[first - 1 : last])


def _import(node: ast.Import | ast.ImportFrom, names: set[str]) -> str:
    """The import of those names only that the stub uses; empty when it uses none."""
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    used = [alias for alias in node.names if future or (alias.asname or alias.name).partition(".")[0] in names]
    if not used:
        return ""
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(used))
    return ast.unparse(ast.ImportFrom(node.module, used, node.level))
