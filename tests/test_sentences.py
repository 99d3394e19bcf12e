"""Nothing that somebody else has named or written makes the terminal do anything but show it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from harness.cli import run
from harness.screens.sentences import say, shown
from harness.screens.source import show_diff

ACTED_ON = "\x1b[31m \x07 \x9b2J \u202e \u2066 \ud800"


@pytest.mark.parametrize("err", [False, True])
def test_sentences_are_printable(err: bool, capsys: pytest.CaptureFixture[str]) -> None:
    say(f"there is no file {ACTED_ON}\nsecond", err=err)
    captured = capsys.readouterr()
    told = captured.err if err else captured.out
    assert told.replace("\n", "").isprintable()
    assert told.endswith("\nsecond\n")


def test_names_of_files_are_printable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "d\x1b]0;x\x07"
    folder.mkdir()
    path = folder / "relu\u202e\x9b.py"
    path.write_text("x = 1\n")
    assert shown(path).isprintable()
    assert run(["check", "relu", "--file", str(path), "--workspace", str(folder), "--no-timing"]) == 1
    assert run(["check", "relu", "--file", f"{path}.gone", "--workspace", str(folder)]) == 2
    captured = capsys.readouterr()
    assert (captured.out + captured.err).replace("\n", "").isprintable()


@pytest.mark.parametrize("width", [60, 140])
def test_compared_sources_are_printable(width: int) -> None:
    file = io.StringIO()
    console = Console(file=file, width=width)
    show_diff(console, f"def f():\n\treturn '{ACTED_ON}'\n", "def f():\n    return 1\n", "f.py")
    assert file.getvalue().replace("\n", "").isprintable()
    assert "return" in file.getvalue()
