"""Writes a mistake of the bank out as a plain solution file, with no sign of where it is: for bug hunts and the demo."""

from __future__ import annotations

import ast
import inspect
import sys

from harness.catalog import Kata
from harness.judge.bank import FunctionMistake, Mistake
from harness.practice.workspace import HUNT_PREFIX

HEADER = """\
# Bug hunt: one mistake is planted in this file. Find it and mend it.
# Your work is judged with:  kata check --file {file}

"""


def make_hunt(kata: Kata, mistake: Mistake) -> str:
    """The text of the file that `kata hunt` writes."""
    return HEADER.format(file=f"{HUNT_PREFIX}{kata.file_name}") + plant(kata, mistake)


def plant(kata: Kata, mistake: Mistake) -> str:
    """The reference's source with the mistake's methods in place of its own.

    Comments go everywhere, since they would be missing only where the mistake is; signatures and docstrings stay.
    """
    tree = ast.parse(kata.reference_file.read_text(encoding="utf-8"))
    bank = ast.parse(inspect.getsource(sys.modules[mistake.definition.__module__]))
    definition = next(node for node in bank.body if isinstance(node, ast.ClassDef) and node.name == mistake.name)
    members = [node for node in definition.body if not _is_docstring(node)]
    if issubclass(mistake.definition, FunctionMistake):
        target: ast.Module | ast.ClassDef = tree
        for member in members:
            if isinstance(member, ast.FunctionDef):
                member.decorator_list = []
    else:
        target = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in mistake.names)
    for member in members:
        _replace(target, member)
    renamed = _Renamed({mistake.name: next(iter(mistake.names))}).visit(tree)
    return _spaced(ast.unparse(ast.fix_missing_locations(renamed))) + "\n"


def _replace(target: ast.Module | ast.ClassDef, member: ast.stmt) -> None:
    """Put `member` where `target` has something of the same name, or else before its first function."""
    for index, node in enumerate(target.body):
        if isinstance(member, ast.FunctionDef) and isinstance(node, ast.FunctionDef) and node.name == member.name:
            head = [node.body[0]] if _is_docstring(node.body[0]) else []
            body = member.body[1:] if _is_docstring(member.body[0]) else member.body
            if _arguments(node) == _arguments(member):
                node.body = head + body
            else:
                member.body = head + body
                target.body[index] = member
            return
    first = next((i for i, node in enumerate(target.body) if isinstance(node, ast.FunctionDef)), len(target.body))
    target.body.insert(first, member)


def _arguments(function: ast.FunctionDef) -> tuple[list[str], list[str]]:
    """The names of a function's arguments, and their defaults as source: a wrong default may be the mistake."""
    return [a.arg for a in function.args.args], [ast.unparse(default) for default in function.args.defaults]


class _Renamed(ast.NodeTransformer):
    """Replaces names, so that a mistake that speaks of its own class speaks of the solution's."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._names.get(node.id, node.id)
        return node


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _spaced(source: str) -> str:
    """Two blank lines before each top-level definition, as a person would write it."""
    lines: list[str] = []
    for line in source.splitlines():
        starts = line.startswith(("class ", "def ", "@"))
        if starts and lines and not lines[-1].startswith("@"):
            while lines and not lines[-1]:
                lines.pop()
            lines += ["", ""]
        lines.append(line)
    return "\n".join(lines)
