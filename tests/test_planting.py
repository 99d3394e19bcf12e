"""Mistakes written out as plain files: each behaves as the bank's, and nothing in the file tells which it is."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

import pytest

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import Mistake, load_bank, load_reference
from harness.judge.collect import collect_checks
from harness.judge.replay import Check, run_check
from harness.judge.verdict import Outcome
from harness.sandbox.errors import SolutionRaised
from harness.sandbox.local import LocalBackend

COMPLETE = [name for name in catalog.all_names() if catalog.load(name).test_file.exists()]


Result = tuple[Outcome, str]


def result(check: Check, names: dict[str, Any]) -> Result:
    """How that check goes with those names: the outcome, and the exception's type if there was one."""
    attempt = run_check(check, LocalBackend(names), "", seed=0)
    return attempt.outcome, attempt.error.error.type if isinstance(attempt.error, SolutionRaised) else ""


def first_failure(checks: tuple[Check, ...], names: dict[str, Any]) -> tuple[Check, Result]:
    """The first check that those names fail, and how."""
    results = ((check, result(check, names)) for check in checks)
    return next((check, found) for check, found in results if found[0] is not Outcome.PASSED)


@cache
def bank_of(name: str) -> list[tuple[Mistake, str]]:
    """The mistakes of a kata, each with its planted source."""
    kata = catalog.load(name)
    return [(mistake, plant([mistake])) for mistake in load_bank(kata.module)]


@pytest.mark.parametrize("name", COMPLETE)
def test_planted_mistake_fails_the_check_that_the_mistake_fails(name: str) -> None:
    kata = catalog.load(name)
    checks, reference = collect_checks(kata), load_reference(kata.module)
    public = set(vars(reference))
    for mistake, source in bank_of(name):
        namespace: dict[str, Any] = {"__name__": "solution"}
        exec(compile(source, kata.file_name, "exec", dont_inherit=True), namespace)
        planted = {key: value for key, value in namespace.items() if key in public and not key.startswith("_")}
        check, expected = first_failure(checks, mistake.namespace(reference))
        assert result(check, planted) == expected, mistake.name


@pytest.mark.parametrize("name", COMPLETE)
def test_planted_file_does_not_tell_its_mistake(name: str) -> None:
    for mistake, source in bank_of(name):
        assert mistake.name not in source
        for sentence in mistake.explanation.split(". "):
            assert " ".join(sentence.split()) not in " ".join(source.split()), mistake.name


@pytest.mark.parametrize("name", COMPLETE)
def test_planted_file_differs_from_the_reference_in_nothing_but_the_mistake(name: str) -> None:
    kata = catalog.load(name)
    reference = ast.parse(kata.reference_file.read_text(encoding="utf-8"))
    for mistake, source in bank_of(name):
        planted = ast.parse(source)
        overridden = {k for k in vars(mistake.definition) if not k.startswith("__") or k == "__init__"}
        assert docstrings(planted) == docstrings(reference), mistake.name
        assert functions(planted, overridden) == functions(reference, overridden), mistake.name
        assert "#" not in source.replace("'#'", ""), "comments would be missing only where the mistake is"


def docstrings(tree: ast.Module) -> dict[str, str | None]:
    """The docstring of every public class and function."""
    return {
        node.name: ast.get_docstring(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }


def functions(tree: ast.Module, without: set[str]) -> list[str]:
    """The source of every function but those."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name not in without]
    return sorted(ast.unparse(node) for node in found)
