"""The stub of every kata: importable, complete in what is public, silent about how it is done, and worth no points."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from typing import Any

import pytest

from harness import catalog
from harness.authoring.stub import make_stub
from harness.judge.bank import load_reference, public_names
from harness.judge.collect import collect_checks
from harness.judge.replay import run_check
from harness.judge.verdict import Outcome
from harness.sandbox.local import LocalBackend

NAMES = catalog.all_names()


def run(source: str) -> dict[str, Any]:
    """The public names of a solution with that source."""
    namespace: dict[str, Any] = {"__name__": "solution"}
    exec(compile(source, "solution.py", "exec", dont_inherit=True), namespace)
    return {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_") and getattr(value, "__module__", None) == "solution"
    }


def described(names: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Signature, annotations included, and docstring of each public function, class and method."""
    found: dict[str, tuple[str, str | None]] = {}
    for name, value in names.items():
        if inspect.isclass(value):
            found[name] = ("", inspect.getdoc(value))
            members = {k: v for k, v in vars(value).items() if k == "__init__" or not k.startswith("_")}
            functions = {f"{name}.{k}": v for k, v in members.items() if inspect.isfunction(v)}
        else:
            functions = {name: value}
        found |= {k: (str(inspect.signature(v)), v.__doc__) for k, v in functions.items()}
    return found


@pytest.mark.parametrize("name", NAMES)
def test_stub_has_the_public_names_signatures_and_docstrings_of_the_reference(name: str) -> None:
    kata = catalog.load(name)
    expected = described(public_names(load_reference(kata.module)))
    assert expected
    assert described(run(make_stub(kata))) == expected


@pytest.mark.parametrize("name", NAMES)
def test_stub_has_nothing_private_and_no_line_of_a_body(name: str) -> None:
    stub = make_stub(catalog.load(name))
    for node in ast.walk(ast.parse(stub)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            assert node.name == "__init__" or not node.name.startswith("_")
            docstring = ast.get_docstring(node) is not None
            body = node.body[1:] if docstring else node.body
            if isinstance(node, ast.FunctionDef):
                assert [ast.unparse(statement) for statement in body] == ["raise NotImplementedError"]
            else:
                assert all(isinstance(statement, ast.FunctionDef) for statement in body)
    top = ast.parse(stub).body[1:]
    assert all(isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef) for node in top)
    comments = [t.string for t in tokenize.generate_tokens(io.StringIO(stub).readline) if t.type == tokenize.COMMENT]
    assert not [comment for comment in comments if not comment.startswith(("# type:", "# noqa"))]


@pytest.mark.parametrize("name", NAMES)
def test_stub_imports_only_what_it_names(name: str) -> None:
    tree = ast.parse(make_stub(catalog.load(name)))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in imports:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        names = {alias.asname or alias.name for alias in node.names}
        assert names <= used | {"np"}
    assert "import numpy as np" in [ast.unparse(node) for node in imports]


@pytest.mark.parametrize("name", NAMES)
def test_stub_says_title_par_time_and_the_next_command(name: str) -> None:
    kata = catalog.load(name)
    header = ast.get_docstring(ast.parse(make_stub(kata)))
    assert header is not None
    assert f"{kata.title} · {kata.difficulty} · par {kata.par_minutes} min" in header
    assert header.endswith(f"kata check {kata.name}")


@pytest.mark.parametrize("name", [name for name in NAMES if catalog.load(name).test_file.exists()])
def test_stub_scores_nothing(name: str) -> None:
    kata = catalog.load(name)
    names = run(make_stub(kata))
    outcomes = {check.name: run_check(check, LocalBackend(names), "", seed=0).outcome for check in collect_checks(kata)}
    assert [check for check, outcome in outcomes.items() if outcome is Outcome.PASSED] == []
