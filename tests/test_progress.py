"""`kata status`, `kata next` and `kata report`, run as the learner runs them."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from synthetic import DAY, Learner, practise_for_months

from harness import catalog
from harness.authoring.stub import make_stub
from harness.practice.kind import PracticeKind

KATA = Path(sys.executable).with_name("kata")


def kata(folder: Path, *arguments: str, columns: int = 100, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the console script in a folder, with UTC as its time zone."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("KATA_")}
    own |= {"COLUMNS": str(columns), "TZ": "UTC", **environment}
    return subprocess.run([KATA, *arguments], cwd=folder, env=own, capture_output=True, text=True, timeout=120)


def output(folder: Path, *arguments: str, columns: int = 100) -> str:
    """What a command that must succeed prints."""
    done = kata(folder, *arguments, columns=columns)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def row(screen: str, name: str) -> list[str]:
    """The cells of a kata's line in the table."""
    (line,) = re.findall(rf"^  {name}\s.*$", screen, re.MULTILINE)
    return re.split(r"\s{2,}", line.strip())


def noon() -> float:
    """Noon of today, so that a distance in days does not depend on the hour at which the test runs."""
    now = time.time()
    return now - now % DAY + DAY / 2


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    """Somebody who practises up to noon of the day on which the test runs."""
    return Learner(tmp_path, noon())


def test_status_before_anything_was_started_says_what_to_do(tmp_path: Path) -> None:
    assert "kata next" in output(tmp_path, "status")
    assert list(tmp_path.iterdir()) == []


def test_status_shows_each_kata_as_it_is(tmp_path: Path, learner: Learner) -> None:
    learner.sit("relu", 10, minutes=1, wrong=[5, 0], ratio=1.5)
    learner.sit("relu", 9, minutes=1, wrong=[0], ratio=1.25)
    learner.sit("tanh", 1, minutes=1)
    learner.sit("sgd", 2, wrong=[4])
    learner.sit("mse", 0, wrong=[12], revealed=True)
    screen = output(tmp_path, "status")
    assert row(screen, "relu")[:5] == ["relu", "solved", "100", "1.25", "3"]
    assert row(screen, "relu")[5] == "9 days ago"
    assert row(screen, "tanh") == ["tanh", "solved", "100", "1", "yesterday", "in 7 days"]
    assert row(screen, "sgd") == ["sgd", "started", "80", "1", "2 days ago"]
    assert row(screen, "mse") == ["mse", "revealed", "0", "1", "today", "tomorrow"]
    assert row(screen, "conv2d") == ["conv2d", "new"]
    assert f"2 of {len(catalog.all_names())} katas solved, 0 due" in screen
    assert all(f"\n  {name} " in screen for name in catalog.all_names())


def test_status_marks_what_is_due(tmp_path: Path, learner: Learner) -> None:
    learner.sit("tanh", 30, hints=3)
    screen = output(tmp_path, "status")
    assert row(screen, "tanh")[-1] == "now"
    assert "katas solved, 1 due" in screen


def test_status_tells_the_mistakes_made_most_with_their_lesson(tmp_path: Path, learner: Learner) -> None:
    learner.sit("relu", 6, wrong=[5, 0], mistake="unit-slope-at-zero")
    learner.sit("relu", 5, wrong=[5, 0], mistake="unit-slope-at-zero")
    learner.sit("conv2d", 4, wrong=[5, 0], mistake="flipped-kernel")
    learner.sit("tanh", 3, wrong=[5, 0], mistake="no-longer-in-the-bank")
    screen = output(tmp_path, "status")
    most, flipped, gone = (
        screen.index(text) for text in ("twice in relu: unit-slope-at-zero", "once in conv2d: flip", "tanh: no-longer")
    )
    assert most < gone < flipped
    assert "The kernel is flipped before it is applied" in screen


def test_status_counts_hunts_and_interviews_apart(tmp_path: Path, learner: Learner) -> None:
    learner.sit("relu", 6, kind=PracticeKind.HUNT, planted=["some-mistake"])
    learner.sit("relu", 5, wrong=[2], kind=PracticeKind.HUNT, planted=["other-mistake"])
    learner.sit("relu", 5.5, wrong=[], kind=PracticeKind.HUNT, planted=["replaced-unseen"])
    learner.interview(("tanh", "linear"), 2, 45)
    screen = output(tmp_path, "status")
    assert "Bug hunts: 1 of 2 solved · Interviews: 1, 1 of 2 katas solved (not counted above)" in screen
    assert "other-mistake" not in screen
    assert row(screen, "relu") == ["relu", "new"]
    assert row(screen, "tanh") == ["tanh", "new"]


def test_screens_fit_60_columns_without_colour(tmp_path: Path) -> None:
    learner = practise_for_months(tmp_path, noon())
    learner.history.close()
    for command in ("status", "next"):
        screen = output(tmp_path, command, columns=60)
        assert "\x1b" not in screen
        assert max(len(line) for line in screen.splitlines()) <= 60
    screen = output(tmp_path, "status", columns=60)
    assert re.search(r"^kata +state +ratio +attempts +last +due$", screen, re.MULTILINE)
    for columns in (60, 80, 90, 100):
        screen = output(tmp_path, "status", columns=columns)
        assert all(f"\n  {name} " in screen for name in catalog.all_names()), columns
        assert "…" not in screen, columns
    screen = output(tmp_path, "status", columns=60)
    assert re.search(r"^  [a-z0-9-]+ +best \d+ +3 +1 d *$", screen, re.MULTILINE)


def test_status_survives_a_damaged_history(tmp_path: Path) -> None:
    (tmp_path / ".kata").mkdir()
    (tmp_path / ".kata" / "history.db").write_bytes(b"not a database " * 500)
    done = kata(tmp_path, "status")
    assert done.returncode == 0
    assert "damaged" in done.stderr
    assert len(list((tmp_path / ".kata").glob("history.damaged-*.db"))) == 1


def test_next_suggests_a_first_kata_and_starts_nothing(tmp_path: Path) -> None:
    screen = output(tmp_path, "next")
    assert screen.startswith(catalog.all_katas()[0].name)
    assert "Why: new, and it needs no other kata." in screen
    assert "Next: kata next --start" in screen
    assert list(tmp_path.iterdir()) == []


def test_next_start_writes_the_stub_and_runs_the_clock(tmp_path: Path) -> None:
    first = catalog.all_katas()[0]
    output(tmp_path, "next", "--start")
    assert (tmp_path / first.file_name).read_text() == make_stub(first)
    with sqlite3.connect(tmp_path / ".kata" / "history.db") as database:
        assert database.execute("SELECT kind, kata, solved_at FROM practice").fetchall() == [("kata", first.name, None)]


def test_next_start_of_a_due_kata_archives_the_old_solution(tmp_path: Path, learner: Learner) -> None:
    learner.sit("tanh", 30, hints=3)
    (tmp_path / "tanh.py").write_text("my old solution\n")
    screen = output(tmp_path, "next", "--start")
    assert screen.startswith("tanh ")
    assert (tmp_path / "tanh.py").read_text() == make_stub(catalog.load("tanh"))
    (archived,) = (tmp_path / ".kata" / "archive").iterdir()
    assert archived.read_text() == "my old solution\n"
    practice = learner.history.current("tanh")
    assert practice is not None
    assert practice.started_at > learner.now - 2 * DAY
    assert practice.solved_at is None


def test_next_start_leaves_a_sitting_that_is_open_alone(tmp_path: Path, learner: Learner) -> None:
    begun = learner.sit("tanh", 1, wrong=[5])
    (tmp_path / "tanh.py").write_text("half a solution\n")
    screen = output(tmp_path, "next", "--start")
    assert "Next: continue with tanh.py, then kata check tanh" in screen
    assert (tmp_path / "tanh.py").read_text() == "half a solution\n"
    assert learner.history.current("tanh") == begun


def test_report_is_written_into_the_workspace(tmp_path: Path, learner: Learner) -> None:
    learner.sit("relu", 2)
    (tmp_path / "deeper").mkdir()
    done = kata(tmp_path / "deeper", "report")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Wrote ../.kata/report.html\n", "")
    first = (tmp_path / ".kata" / "report.html").read_text()
    assert "Practice report" in first
    learner.sit("tanh", 1)
    assert kata(tmp_path, "report").returncode == 0
    assert 'id="kata-tanh"' not in first
    assert 'id="kata-tanh"' in (tmp_path / ".kata" / "report.html").read_text()
    assert sorted(path.name for path in (tmp_path / ".kata").iterdir() if "history" not in path.name) == ["report.html"]


def test_report_of_nothing_is_a_wrong_call(tmp_path: Path) -> None:
    done = kata(tmp_path, "report")
    assert done.returncode == 2
    assert "nothing has been started" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_report_open_hands_the_file_to_the_browser(tmp_path: Path, learner: Learner) -> None:
    learner.sit("relu", 2)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    assert kata(tmp_path, "report", "--open", BROWSER=f"{browser} %s").returncode == 0
    assert (tmp_path / "opened").read_text() == (tmp_path / ".kata" / "report.html").as_uri()


def test_report_open_without_a_browser_says_where_the_file_is(tmp_path: Path, learner: Learner) -> None:
    learner.sit("relu", 2)
    done = kata(tmp_path, "report", "--open", BROWSER="/bin/false %s", PATH="/nonexistent", DISPLAY="")
    assert done.returncode == 2
    assert "open .kata/report.html yourself" in done.stderr
    assert (tmp_path / ".kata" / "report.html").exists()


@pytest.mark.parametrize("command", ["status", "next", "report"])
def test_help_ends_with_an_example(tmp_path: Path, command: str) -> None:
    assert re.search(rf"Example:\n +kata {command}", output(tmp_path, command, "--help"))
