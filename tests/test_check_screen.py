"""The screen of a verdict where it has little room: what must be seen stays, whatever was found out besides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.console import Console

from harness.commands.watch import FOOTER_LINES
from harness.judge.verdict import CheckResult, Diagnosis, Evidence, GroupResult, Outcome, Verdict
from harness.screens.check_screen import LESS_AND_LESS, MORE, Detail, Telling, show_check, show_verdict
from harness.screens.colours import THEME

MESSAGE = "Conv2d.forward raised ValueError at conv2d.py:12: " + "operands could not be broadcast together " * 12
MISTAKE = Diagnosis(
    "batch-only-bias-gradient", "The bias gradient is summed over the batch only.\n" + "One bias serves all. " * 30
)
EVIDENCE = Evidence(calls=("Conv2d(2, 3, 3)",), inputs=(("x", "\n".join(["[1. 2. 3.]"] * 9)),))
NEXT = "fix the first failing check, then kata check; kata hint shows hint 1 of 5"


def failing(group: str, number: int) -> CheckResult:
    return CheckResult(
        f"Test::{group}{number}",
        "d_bias is the derivative of your own forward pass, however long this is",
        Outcome.ERROR,
        f"{group} {number} {MESSAGE}",
        diagnosis=(MISTAKE,),
        output="printed\n" * 30,
        evidence=EVIDENCE,
    )


GROUPS = ("forward", "gradient", "robustness", "layouts", "errors", "cache")
VERDICT = Verdict(
    "conv2d",
    "conv2d.py",
    7,
    tuple(GroupResult(name, 20, tuple(failing(name, number) for number in range(4))) for name in GROUPS),
    mistakes=(MISTAKE.mistake or "",),
    clock_seconds=100.0,
)


def screens(columns: int) -> Iterator[tuple[Detail, list[str]]]:
    for detail in LESS_AND_LESS:
        console = Console(width=columns, theme=THEME, emoji=False, markup=False)
        telling = Telling(detail, explained=frozenset(VERDICT.mistakes))
        with console.capture() as capture:
            show_verdict(console, VERDICT, "2-D convolution", " of 30 min par", NEXT, telling)
        yield detail, capture.get().splitlines()


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (60, 20)])
def test_score_groups_and_the_first_error_fit_into_a_small_terminal(columns: int, rows: int) -> None:
    fitting = [lines for _, lines in screens(columns) if len(lines) + FOOTER_LINES <= rows]
    assert fitting
    shown = "\n".join(fitting[0])
    assert "0 / 100" in fitting[0][0]
    assert all(f"✗ {name}" in shown for name in GROUPS)
    assert "raised ValueError at conv2d.py:12: operands could not be" in " ".join(shown.split())
    assert MORE in shown


def test_each_step_says_less_and_the_first_says_all() -> None:
    drawn = list(screens(80))
    lengths = [len(lines) for _, lines in drawn]
    assert lengths == sorted(lengths, reverse=True)
    assert drawn[0][0] == Detail()
    whole = " ".join(" ".join(drawn[0][1]).split())
    assert f"forward 0 {MESSAGE}".strip() in whole
    assert " ".join(MISTAKE.explanation.split()) in whole


def test_failures_without_a_message_are_all_named() -> None:
    checks = tuple(CheckResult(f"Test::{name}", f"{name} is correct", Outcome.FAILED) for name in ("d_x", "d_bias"))
    console = Console(width=80, theme=THEME)
    with console.capture() as capture:
        show_verdict(console, Verdict("a", "a.py", 0, (GroupResult("gradient", 40, checks),)), "A", "", NEXT, Telling())
    assert "d_x is correct" in capture.get()
    assert "d_bias is correct" in capture.get()


def test_one_failing_check_explains_only_what_may_be_explained() -> None:
    for explained in (True, False):
        console = Console(width=80, theme=THEME)
        telling = Telling(explained=frozenset(VERDICT.mistakes) if explained else frozenset(), why="`kata why conv2d`")
        with console.capture() as capture:
            show_check(console, VERDICT.groups[0].checks[0], "1 of 4", telling)
        assert ("summed over the batch" in capture.get()) == explained
        assert ("1 failing check matches a known mistake" in capture.get()) != explained


def test_long_call_goes_on_in_the_next_row_at_any_width() -> None:
    call = "Attention.forward(q: (2, 3, 40), k: (2, 5, 40), v: (2, 5, 40), mask: (2, 1, 3, 5) bool, scale=0.5)"
    check = replace(
        VERDICT.groups[0].checks[0], message="wrong", evidence=Evidence(calls=(call, "Attention.backward(d_out: (2, 3))"))
    )
    for columns in (60, 200):
        console = Console(width=columns, theme=THEME)
        with console.capture() as capture:
            show_check(console, check, "1 of 4", Telling())
        assert call in " ".join(capture.get().split())
        assert "\n            Attention.backward" in capture.get()
        assert all(len(row) <= columns for row in capture.get().splitlines())
