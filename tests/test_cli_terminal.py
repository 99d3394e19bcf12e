"""What a learner sees: no line too wide at 60 columns, no colour where none is wanted, a progress line that is wiped."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.color import Color
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME

from harness import catalog
from harness.authoring.hunts import hunting_hints, plant
from harness.cli import COMMANDS, run
from harness.judge.bank import find_mistake, load_bank
from harness.screens.console import make_console
from harness.screens.signs import ASCII
from harness.screens.texts import show_hint, show_statement

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*?(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
SGR = re.compile(r"\x1b\[([0-9;]*)m")
PLAIN = {0, 1, 2, 3, 4, 49}  # weights, and no background
LEGIBLE = {31: "red", 32: "green", 35: "magenta"}
CONV = catalog.load("conv2d")
RELU = catalog.load("relu")

SLOW = """
import time

time.sleep(0.9)
raise ValueError("no")
"""
PRINTS = 'print("a long line of many words, " * 6)\nraise RuntimeError("a message of many words, " * 6)\n'


def too_wide(text: str, columns: int) -> list[str]:
    """The lines that do not fit; one long word, such as a path, is never broken."""
    return [line for line in text.splitlines() if cell_len(line.rstrip()) > columns and len(line.split()) > 1]


@pytest.mark.parametrize("columns", [60, 100])
def test_no_statement_and_no_hint_is_too_wide(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for kata in catalog.all_katas():
        show_statement(make_console(), kata)
        hints = [hint.text for hint in kata.hints]
        hints += hunting_hints(kata, load_bank(kata.module)[:1])
        for text in hints:
            show_hint(make_console(), kata.name, "Hint 1 of 4", text)
        shown = capsys.readouterr().out
        assert [line.strip() for line in shown.splitlines() if line.strip() == kata.title] == []
        assert shown.startswith(f"{kata.title} · {kata.difficulty} · par ")
        assert too_wide(shown, columns) == [], kata.name


def test_no_screen_is_wider_than_60_columns(kata: Run, tmp_path: Path) -> None:
    screens = [kata(columns=60), kata("start", "conv2d", columns=60), kata("start", "relu", columns=60)]
    screens += [
        kata(*words.split(), columns=60) for words in ("", "list", "hint", "doctor", "bench", "start", "diff", "chekc")
    ]
    screens += [kata(*words.split(), columns=60) for words in ("start conv2d", "start conv2", "check --all")]
    mistake = find_mistake("conv2d", "batch-only-bias-gradient")
    for content in (plant([mistake]), PRINTS, CONV.reference_file.read_text(encoding="utf-8")):
        (tmp_path / "conv2d.py").write_text(content, encoding="utf-8")
        screens.append(kata("check", "conv2d", "--verbose", columns=60))
    screens += [kata(words, "conv2d", columns=60) for words in ("diff", "reset")]
    for done in screens:
        assert done.returncode != 3, done.stderr
        assert too_wide(done.stdout + done.stderr, 60) == [], done.args


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_fits_and_has_an_example(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert run([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert too_wide(shown, 60) == []
    assert f"kata {command}" in shown.partition("Example:\n")[2]


def test_help_names_every_command_and_fits(kata: Run) -> None:
    done = kata("--help", columns=60)
    assert done.returncode == 0
    assert too_wide(done.stdout, 60) == []
    named = [line.split()[0] for line in done.stdout.partition("Commands:\n")[2].splitlines() if re.match(r"  \w", line)]
    assert named == list(COMMANDS)


def test_a_pipe_gets_no_escapes_and_sentences_on_one_line(kata: Run) -> None:
    kata("start", "relu")
    for arguments in (("list",), ("check",), ("hint",), ("start", "relu"), ("solution", "--yes"), ("doctor",), ()):
        done = kata(*arguments, columns=None)
        assert "\x1b" not in done.stdout + done.stderr
    exists = kata("start", "relu", columns=None)
    assert exists.stderr.count("\n") == 1


def test_a_terminal_gets_colour_and_no_color_takes_it_away(kata: Run, terminal: Open) -> None:
    kata("start", "relu")
    for arguments in (("check", "--no-timing"), ("list",), ("solution", "--yes")):
        coloured, plain = terminal(*arguments), terminal(*arguments, NO_COLOR="1")
        assert coloured.finish() == plain.finish()
        assert COLOUR.search(coloured.text)
        assert not COLOUR.search(plain.text)


def test_no_colour_is_lost_on_a_dark_or_a_light_terminal(kata: Run, terminal: Open, tmp_path: Path) -> None:
    kata("start", "relu")
    (tmp_path / "relu.py").write_text(RELU.reference_file.read_text(encoding="utf-8").replace("> 0", "< 0"))
    screens = [("check",), ("show",), ("show", "--rules"), ("list",), ("status",), ("solution", "--yes"), ("diff",)]
    used = set()
    for arguments in screens:
        screen = terminal(*arguments)
        screen.finish()
        used |= {int(code) for codes in SGR.findall(screen.text) for code in codes.split(";") if code}
    assert used <= PLAIN | set(LEGIBLE)
    for theme in (DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME):
        for code in used & set(LEGIBLE):
            colour = Color.from_ansi(code - 30).get_truecolor(theme)
            assert contrast(colour, theme.background_color) >= 3, (LEGIBLE[code], colour)


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """As WCAG defines it: (L1 + 0.05) / (L2 + 0.05), L being the relative luminance."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_terminal_of_60_columns_needs_no_variable(kata: Run, terminal: Open) -> None:
    kata("start", "conv2d")
    for arguments in (("check",), ("start", "conv2d"), ("list",), ("doctor",), ("solution", "conv2d", "--yes")):
        screen = terminal(*arguments, columns=60)
        screen.finish()
        shown = [ESCAPE.sub("", line).split("\r")[-1] for line in screen.text.replace("\r\n", "\n").split("\n")]
        assert too_wide("\n".join(shown), 60) == [], arguments


def test_progress_shows_after_half_a_second_and_is_wiped(tmp_path: Path, terminal: Open) -> None:
    folder = tmp_path / "a_folder_with_a_long_name" / "and_another_one_in_it"
    folder.mkdir(parents=True)
    (folder / "linear.py").write_text(SLOW)
    screen = terminal("check", "linear", "--file", str(folder / "linear.py"), columns=60, NO_COLOR="1")
    assert screen.finish() == 1
    progress, _, rest = screen.text.rpartition("\r\x1b[2K")
    frames = [frame for frame in progress.split("\r\x1b[2K") if frame]
    assert frames
    assert all(frame.startswith("Checking ") and cell_len(frame) < 60 for frame in frames)
    seconds = [float(re.findall(r"(\d+\.\d) s$", frame)[0]) for frame in frames]
    assert seconds[0] >= 0.5
    assert seconds == sorted(seconds)
    assert "Checking" not in rest
    assert "importing linear.py raised ValueError" in rest


def test_progress_stays_out_of_pipes(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(SLOW)
    done = kata("check", "linear")
    assert (done.returncode, done.stderr) == (1, "")
    assert "Checking" not in done.stdout


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_a_terminal_without_our_signs_shows_ascii_that_differs(kata: Run, tmp_path: Path, encoding: str) -> None:
    kata("start", "conv2d")
    mistake = find_mistake("conv2d", "batch-only-bias-gradient")
    (tmp_path / "conv2d.py").write_text(plant([mistake]), encoding="utf-8")
    plain, shown = kata("check", "--seed", "3"), kata("check", "--seed", "3", encoding=encoding)
    lines = shown.stdout.splitlines()
    assert [line[0] for line in lines if re.match(r"\S \w+ +\d+ of +\d+ points", line)] == ["+", "x", "+", "+", "+"]
    assert "?" not in shown.stdout
    assert re.fullmatch(r"#+\.+", lines[1])
    assert [cell_len(line) for line in lines[:3]] == [cell_len(line) for line in plain.stdout.splitlines()[:3]]
    show = kata("show", "conv2d", encoding=encoding).stdout
    assert "Build" in show
    assert all(line.isascii() for line in show.splitlines()) or encoding != "ascii"


def test_no_sign_of_ours_is_unknown_to_a_plain_terminal() -> None:
    sources = [*Path(catalog.__file__).parent.rglob("*.py"), *CONV.folder.parent.rglob("*.md")]
    signs = {sign for path in sources for sign in path.read_text(encoding="utf-8") if not sign.isascii()}
    assert {sign for sign in signs if ASCII.get(sign, "?") == "?"} == set()
