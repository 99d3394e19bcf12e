"""An edit of a reference: which of its lines become which others. The bank reads them out of `mistakes.md`.

Two notations, both in fences of Markdown:

diff    hunks as of a patch, a blank line between two. Lines that begin with `-` or a space stand in the reference one below
        the other, exactly once, and a hunk stands below the one before it; lines that begin with `+` come in.
python  whole definitions, which replace those of the same name: a function, or the methods of a class. What the reference
        does not have yet is added. A definition without a docstring keeps the reference's.

Either becomes replacements of the reference's lines. Replacements that do not touch compose, so two mistakes can be made in
one file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Definition = ast.FunctionDef | ast.ClassDef


class BadEdit(ValueError):
    """An edit that cannot be made in this reference. `line` counts from 0 in the text of the fence."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Replacement:
    """The reference's lines from `start` up to `end` (counted from 0, `end` excluded) become `lines`."""

    start: int
    end: int
    lines: tuple[str, ...]

    def touches(self, other: Replacement) -> bool:
        """Whether both change the same line or insert at the same place, so that they cannot be made together."""
        if self.start == self.end == other.start == other.end:
            return True
        return self.start < other.end and other.start < self.end


def apply(source: str, replacements: Iterable[Replacement]) -> str:
    """The source with all of the replacements made; none of them may touch another."""
    lines = source.splitlines()
    for replacement in sorted(replacements, key=lambda r: (r.start, r.end), reverse=True):
        lines[replacement.start : replacement.end] = replacement.lines
    return "\n".join(lines) + "\n"


def compatible(one: Iterable[Replacement], other: Sequence[Replacement]) -> bool:
    """Whether two edits of one reference can be made together."""
    return not any(mine.touches(theirs) for mine in one for theirs in other)


def functions(source: str) -> tuple[tuple[str, int, int], ...]:
    """The functions and methods of a source, each with its first line, counted from 0, and the line after its last."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return tuple((node.name, _first_line(node), node.end_lineno or node.lineno) for node in nodes)


# the diff notation


def from_diff(text: str, source: str) -> tuple[Replacement, ...]:
    """The replacements of a diff fence.

    Raises:
        BadEdit: a line has no marker, a hunk changes nothing, or its old lines do not stand in the source exactly once.
    """
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line and (i == 0 or not lines[i - 1])]
    found: list[Replacement] = []
    below = 0
    for start in starts:
        end = next((i for i in range(start, len(lines)) if not lines[i]), len(lines))
        hunk = lines[start:end]
        place = _place(hunk, source.splitlines(), start)
        if place < below:
            raise BadEdit("this hunk stands above the one before it in the reference: put the hunks in order", start)
        changes = _changes(hunk, place)
        if not changes:
            raise BadEdit("this hunk changes nothing", start)
        found += changes
        below = place + sum(line[0] != "+" for line in hunk)
    if not found:
        raise BadEdit("the fence holds no hunk")
    return tuple(found)


def _place(hunk: Sequence[str], source: Sequence[str], line: int) -> int:
    """Where the hunk's old lines begin in the source."""
    for i, text in enumerate(hunk):
        if text[0] not in "+- ":
            raise BadEdit("a line of a hunk must begin with `-`, `+` or a space", line + i)
    old = [text[1:] for text in hunk if text[0] != "+"]
    if not old:
        raise BadEdit("a hunk that only adds lines needs a line of the reference to say where", line)
    places = [i for i in range(len(source) - len(old) + 1) if list(source[i : i + len(old)]) == old]
    if len(places) != 1:
        shown = f"`{old[0].strip()}`" if len(old) == 1 else f"the {len(old)} lines from `{old[0].strip()}`"
        times = f"{len(places)} times" if places else "nowhere"
        stands = "stands" if len(old) == 1 else "stand"
        raise BadEdit(f"{shown} must stand in the reference exactly once, but {stands} there {times}", line)
    return places[0]


def _changes(hunk: Sequence[str], place: int) -> list[Replacement]:
    """The runs of `-` and `+` lines of a hunk, whose old lines begin at `place`."""
    changes: list[Replacement] = []
    at = start = place
    new: list[str] = []
    for line in [*hunk, " "]:
        if line[0] == "+":
            new.append(line[1:])
        elif line[0] == "-":
            at += 1
        else:
            if at > start or new:
                changes.append(Replacement(start, at, tuple(new)))
            at += 1
            start, new = at, []
    return changes


# the python notation


def from_definitions(text: str, source: str) -> tuple[Replacement, ...]:
    """The replacements of a python fence.

    Raises:
        BadEdit: the fence is no Python, or holds something else than functions and classes.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise BadEdit(f"not Python: {error.msg}", (error.lineno or 1) - 1) from None
    target, old, new = ast.parse(source), source.splitlines(), text.splitlines()
    found: list[Replacement] = []
    for node in tree.body:
        if not isinstance(node, Definition):
            raise BadEdit("a python fence holds functions and classes only", node.lineno - 1)
        known = _named(target.body, node.name)
        if isinstance(node, ast.ClassDef) and isinstance(known, ast.ClassDef):
            found += _in_class(node, known, old, new)
        elif known is not None:
            found.append(_replaced(node, known, old, new))
        else:
            first = min(_first_line(item) for item in target.body if isinstance(item, Definition))
            found.append(Replacement(first, first, (*_lines_of(node, new), "", "")))
    return tuple(found)


def _in_class(node: ast.ClassDef, known: ast.ClassDef, old: Sequence[str], new: Sequence[str]) -> list[Replacement]:
    found: list[Replacement] = []
    added: list[str] = []
    for member in node.body:
        if not isinstance(member, ast.FunctionDef):
            raise BadEdit("a class in a python fence holds methods only", member.lineno - 1)
        method = _named(known.body, member.name)
        if method is not None:
            found.append(_replaced(member, method, old, new))
        else:
            added += ["", *_lines_of(member, new)]
    if added:
        end = known.end_lineno or known.lineno
        found.append(Replacement(end, end, tuple(added)))
    return found


def _named(body: Iterable[ast.stmt], name: str) -> Definition | None:
    return next((node for node in body if isinstance(node, Definition) and node.name == name), None)


def _replaced(node: Definition, known: Definition, old: Sequence[str], new: Sequence[str]) -> Replacement:
    lines = _lines_of(node, new)
    docstring = _docstring_lines(known, old)
    if docstring and not ast.get_docstring(node):
        body = node.body[0].lineno - 1 - _first_line(node)
        lines = (*lines[:body], *docstring, *lines[body:])
    return Replacement(_first_line(known), known.end_lineno or known.lineno, lines)


def _docstring_lines(node: Definition, lines: Sequence[str]) -> Sequence[str]:
    first = node.body[0]
    return lines[first.lineno - 1 : first.end_lineno] if ast.get_docstring(node) else ()


def _lines_of(node: Definition, lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(lines[_first_line(node) : node.end_lineno])


def _first_line(node: Definition) -> int:
    """The line, counted from 0, that a definition begins on, decorators included."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
