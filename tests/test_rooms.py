"""The rooms of the program: who may import whom, what a kata may import, and that a name means one thing."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Room -> the rooms that it may import. Everything may import the catalog, which imports nothing of ours.
MAY_IMPORT = {
    "harness.cli": {"harness.commands", "harness.practice", "harness.screens", "harness.sandbox"},
    "harness.commands": {
        "harness.practice",
        "harness.screens",
        "harness.authoring",
        "harness.grading",
        "harness.judge",
        "harness.sandbox",
    },
    "harness.screens": {"harness.practice", "harness.grading", "harness.judge"},
    "harness.authoring": {"harness.judge", "harness.sandbox"},
    "harness.practice": {"harness.judge.verdict"},
    "harness.grading": {"harness.judge", "harness.sandbox"},
    "harness.testing": {"harness.judge", "harness.sandbox"},
    "harness.judge": {"harness.sandbox"},
    "harness.sandbox": set(),
    "harness.catalog": set(),
}
KATAS_MAY_IMPORT = {"harness.testing", "reference", "katas", "numpy", "pytest"}
LAZY = {
    "harness.cli",
    "harness.commands.check",
    "harness.commands.hints",
    "harness.commands.planted",
    "harness.commands.subject",
    "harness.grading.judges",
}
"""Where imports inside functions are declared and explained."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST, package: str) -> Iterator[str]:
    """The modules that are imported anywhere below `node`, in functions too, in a module of that package."""
    for one in ast.walk(node):
        if isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)
        elif isinstance(one, ast.ImportFrom):
            source = one.module or ""
            if one.level:
                assert one.level == 1
                source = f"{package}.{source}".rstrip(".")
            # `from harness.judge import gradcheck` imports a module; `from harness.catalog import Kata` does not
            yield from (name if (name := f"{source}.{alias.name}") in MODULES else source for alias in one.names)


HARNESS = {module_name(path): path for path in sorted((ROOT / "harness").rglob("*.py"))}
KATAS = sorted((ROOT / "katas").rglob("*.py"))
MODULES = set(HARNESS)


def package_of(path: Path) -> str:
    return module_name(path.with_name("__init__.py"))


IMPORTS = {name: set(imported(tree(path), package_of(path))) & MODULES for name, path in HARNESS.items()}


def is_in(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def test_nothing_stands_outside_the_rooms() -> None:
    assert [name for name in MODULES if not is_in(name, set(MAY_IMPORT)) and name != "harness"] == []


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_down(room: str) -> None:
    allowed = MAY_IMPORT[room] | {room, "harness.catalog"}
    upwards = [
        f"{name} imports {other}"
        for name in sorted(MODULES)
        if is_in(name, {room})
        for other in sorted(IMPORTS[name])
        if not is_in(other, allowed)
    ]
    assert upwards == []


def test_no_imports_form_a_circle() -> None:
    left = {name: set(others) for name, others in IMPORTS.items()}
    while left:
        free = {name for name, others in left.items() if not others & left.keys()}
        assert free, f"there is a circle among {sorted(left)}"
        left = {name: others for name, others in left.items() if name not in free}


@pytest.mark.parametrize("path", KATAS, ids=lambda path: str(path.relative_to(ROOT)))
def test_katas_know_only_what_hidden_tests_are_written_with(path: Path) -> None:
    allowed = KATAS_MAY_IMPORT | sys.stdlib_module_names
    assert [name for name in imported(tree(path), package_of(path)) if not is_in(name, allowed)] == []


def test_only_the_command_line_imports_inside_functions() -> None:
    lazy = {
        name
        for name, path in HARNESS.items()
        if not is_in(name, {"harness.judge", "harness.sandbox"})
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef) and any(imported(function, package_of(path)))
    }
    assert lazy == LAZY


def test_no_two_modules_share_a_name() -> None:
    names = Counter(name.rpartition(".")[2] for name in MODULES)
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_public_classes_share_a_name() -> None:
    classes = [
        node.name
        for path in HARNESS.values()
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert [name for name, count in Counter(classes).items() if count > 1] == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_file_says_what_it_is_for(module: str) -> None:
    assert ast.get_docstring(tree(HARNESS[module]))
