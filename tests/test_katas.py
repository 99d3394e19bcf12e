"""Every kata accepts correct solutions, in whatever style they are written.

That it catches the mistakes of its bank is for `kata dev check` to prove, which CI runs over all katas.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from harness import catalog
from harness.judge.collect import collect_checks
from harness.judge.replay import run_check
from harness.judge.verdict import Outcome
from harness.sandbox.local import LocalBackend

SEED = 1  # `kata dev check` judges the same files with 0, and `python benchmarks/right_solutions.py` with twenty
RIGHT_SOLUTIONS = Path(__file__).with_name("right_solutions")
SOLUTIONS = sorted(RIGHT_SOLUTIONS.glob("*/*.py"))


def load(path: Path) -> ModuleType:
    """A solution file as a module of its own."""
    name = f"right_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", catalog.all_names())
def test_kata_has_four_right_solutions(name: str) -> None:
    assert len(list((RIGHT_SOLUTIONS / catalog.load(name).module).glob("*.py"))) >= 4


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_right_solution_scores_100(path: Path) -> None:
    kata = catalog.find(path.parent.name)
    names = vars(load(path))
    checks = collect_checks(kata)
    backend = LocalBackend(names)
    attempts = [(check.name, run_check(check, backend, path.name, SEED)) for check in checks]
    failures = [(name, attempt.message) for name, attempt in attempts if attempt.outcome is not Outcome.PASSED]
    assert failures == []


def test_needs_form_no_cycle_and_come_first() -> None:
    order = [kata.name for topic in catalog.all_topics() for kata in catalog.all_katas() if kata.topic == topic]
    for kata in catalog.all_katas():
        for need in kata.needs:
            if catalog.load(need).topic == kata.topic:
                assert order.index(need) < order.index(kata.name)
