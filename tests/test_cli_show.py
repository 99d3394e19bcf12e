"""`kata show`, and the pager: the statement, the stub and the rules, whole in a pipe and page by page on a terminal."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import catalog
from harness.authoring.stub import make_stub

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]

RELU, CONV = catalog.load("relu"), catalog.load("conv2d")
RULES = "Rules for all katas"
PROMPT = ":"  # less waits for a key


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_show_prints_the_statement_that_start_printed(kata: Run) -> None:
    started, shown = kata("start", "conv2d").stdout, kata("show", "conv2d").stdout
    assert shown.startswith("2-D convolution · ")
    assert shown.rstrip() in started
    assert "Follow-up questions" in shown


def test_show_without_a_name_means_the_kata_started_last(kata: Run) -> None:
    assert "nothing has been started here yet" in kata("show").stderr
    kata("start", "relu")
    assert kata("show").stdout == kata("show", "relu").stdout
    assert kata("show").stdout.startswith("ReLU · ")


def test_show_needs_no_workspace_and_makes_none(kata: Run, tmp_path: Path) -> None:
    assert kata("show", "relu").returncode == 0
    assert kata("show", "--rules").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_show_stub_is_the_stub_to_the_letter(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "relu.py").write_text("mine\n")
    assert kata("show", "relu", "--stub", columns=60).stdout == make_stub(RELU)


def test_show_is_allowed_in_an_interview(kata: Run) -> None:
    assert kata("interview", "--seed", "1").returncode == 0
    assert kata("show").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--stub", "--rules"), "use only one of them"),
        (("--rules", "--hunting"), "use only one of them"),
        (("relu", "--rules"), "use --rules without a name"),
    ],
)
def test_a_wrong_call_of_show_is_one_sentence(kata: Run, arguments: tuple[str, ...], says: str) -> None:
    done = kata("show", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in one_line(done.stderr)


def test_the_rules_come_once_in_a_workspace(kata: Run, tmp_path: Path) -> None:
    rules = kata("show", "--rules").stdout
    assert rules.startswith(RULES)
    assert "A bad argument raises" in rules
    first = kata("start", "relu").stdout
    assert first.count(RULES) == 1
    assert "kata show --rules shows them again" in one_line(first)
    assert rules.rstrip() in first
    assert first.index("Build") < first.index(RULES) < first.index("Wrote relu.py")
    assert RULES not in kata("start", "tanh").stdout
    assert RULES not in kata("start", "relu", "--again").stdout
    other = tmp_path / "other"
    other.mkdir()
    assert RULES in kata("start", "relu", "--workspace", str(other)).stdout


def test_what_is_longer_than_the_screen_is_paged(kata: Run, terminal: Open) -> None:
    screen = terminal("show", "conv2d", columns=80, rows=24, PAGER="less")
    screen.wait_for("2-D convolution")
    screen.wait_for(PROMPT)
    assert "Follow-up questions" not in screen.text
    screen.type("G")
    screen.wait_for("Follow-up questions")
    screen.type("q")
    assert screen.finish() == 0
    assert "\x1b[?1049h" not in screen.text  # what was read stays on the terminal


def test_start_pages_the_statement_and_ends_with_what_to_do(kata: Run, terminal: Open, tmp_path: Path) -> None:
    screen = terminal("start", "conv2d", columns=80, rows=24, PAGER="less")
    screen.wait_for(PROMPT)
    assert "Wrote conv2d.py" not in screen.text
    screen.type("q")
    assert screen.finish() == 0
    assert "Wrote conv2d.py" in screen.text
    assert (tmp_path / "conv2d.py").read_text(encoding="utf-8") == make_stub(CONV)


def test_the_statements_of_an_interview_are_paged_and_its_clock_runs_meanwhile(kata: Run, terminal: Open) -> None:
    screen = terminal("interview", "--seed", "1", columns=80, rows=24, PAGER="less")
    screen.wait_for(PROMPT)
    assert kata("interview", "status").returncode == 0
    screen.type("q")
    assert screen.finish() == 0
    assert "Write them in your editor." in screen.text


@pytest.mark.parametrize("options", ["", "-i", "FX"])
def test_options_of_less_that_lack_colours_do_not_show_escapes(terminal: Open, options: str) -> None:
    screen = terminal("show", "conv2d", columns=80, rows=24, PAGER="less", LESS=options)
    screen.wait_for("2-D convolution")
    screen.wait_for(PROMPT)
    screen.type("q")
    assert screen.finish() == 0
    assert "ESC[" not in screen.text


def test_what_fits_is_not_paged(kata: Run, terminal: Open) -> None:
    screen = terminal("show", "relu", columns=80, rows=200, PAGER="less")
    assert screen.finish() == 0
    assert "Follow-up questions" in screen.text


def test_the_learners_own_pager_is_used(terminal: Open, tmp_path: Path) -> None:
    pager = tmp_path / "pager.sh"
    pager.write_text("#!/bin/sh\necho paged by mine\ncat\n")
    pager.chmod(0o755)
    screen = terminal("show", "conv2d", "--stub", columns=80, rows=24, PAGER=str(pager))
    assert screen.finish() == 0
    assert screen.text.startswith("paged by mine")
    assert "class Conv2d" in re.sub(r"\x1b\[[0-9;]*m", "", screen.text)


def test_no_statement_loses_a_sign_to_markdown(kata: Run) -> None:
    """`a*b*c` outside backticks would be shown as `abc`, the b in italics."""
    for one in catalog.all_katas():
        prose = [line for line in one.statement().splitlines() if not line.startswith("    ")]
        bare = re.sub(r"`[^`]*`", "", "\n".join(prose))
        assert not re.search(r"\w\*\w[^*\n]*\*\w", bare), one.name
