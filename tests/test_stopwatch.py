"""The clock: what of the time counts, when it stops, and that a verdict says so."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from synthetic import make_verdict

from harness import catalog
from harness.practice.database import MIGRATIONS
from harness.practice.days import between
from harness.practice.history import History, Practice
from harness.practice.kind import PracticeKind
from harness.practice.stopwatch import Pause, resumed, running

Run = Callable[..., subprocess.CompletedProcess[str]]

MINUTE = 60.0
START = 1_700_000_000.0


def minutes(seconds: float) -> float:
    return round(seconds / MINUTE, 6)


@pytest.mark.parametrize(
    ("now", "saved", "par", "counts", "pauses"),
    [
        (14, None, 4, 14, []),
        (20, None, 4, 15, [(15, 20)]),  # neither saved nor checked for more than 15 minutes
        (20, 18, 4, 17, [(15, 18)]),
        (20, 12, 4, 20, []),
        (50, 49, 30, 50, []),  # saves that nobody saw must be possible: the par is 30 minutes
        (70, 69, 30, 16, [(15, 69)]),
        (50, 20, 30, 35, [(35, 50)]),
        (50, 60, 30, 15, [(15, 50)]),  # a time stamp of the future says nothing
    ],
)
def test_what_counts_of_a_stretch(
    now: float, saved: float | None, par: float, counts: float, pauses: list[tuple[float, float]]
) -> None:
    at = START + saved * MINUTE if saved is not None else None
    stretch = running(START, START + now * MINUTE, at, par)
    assert minutes(stretch.seconds) == counts
    assert [(minutes(p.since - START), minutes(p.until - START)) for p in stretch.pauses] == pauses


def test_a_stopped_clock_runs_again_from_the_save_or_the_command() -> None:
    assert resumed(START, START + 600, None).pauses == (Pause(START, START + 600),)
    again = resumed(START, START + 600, START + 540)
    assert (again.seconds, again.pauses) == (60.0, (Pause(START, START + 540),))
    assert resumed(START, START + 600, START - 60).seconds == 0.0  # saved before it was stopped


def test_pauses_are_told_by_the_learners_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC-2")
    time.tzset()
    try:
        assert between(START, START + 4500) == "at 00:13, on again at 01:28"
        assert between(START - 7200, START) == "at Tue 22:13, on again at 00:13"
    finally:
        monkeypatch.undo()
        time.tzset()


class Day:
    """A history whose clock is set by hand, and whose solutions are real files with a time stamp."""

    def __init__(self, folder: Path) -> None:
        (folder / ".kata").mkdir()
        self.folder, self.time = folder, START
        self.history = History(folder / ".kata" / "history.db", clock=lambda: self.time)

    def start(self, kata: str, kind: PracticeKind = PracticeKind.KATA) -> Practice:
        self.save(kata)
        return self.history.start(kata, f"{kata}.py", kind)

    def save(self, kata: str) -> None:
        path = self.folder / f"{kata}.py"
        path.write_text(f"# saved at {self.time}\n")
        os.utime(path, (self.time, self.time))

    def after(self, minutes: float) -> Day:
        self.time += minutes * MINUTE
        return self

    def touch(self, practice: Practice) -> tuple[Pause, ...]:
        return self.history.touch(practice.kata, practice.file, self.now(practice))

    def now(self, practice: Practice) -> Practice:
        return self.history.practice(practice.id)

    def clock(self, practice: Practice) -> float:
        return minutes(self.now(practice).clock_seconds(self.time))


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path)


def test_the_clock_stops_when_another_kata_is_started_or_checked(day: Day) -> None:
    relu = day.start("relu")
    tanh = day.after(5).start("tanh")
    day.after(10)
    assert (day.clock(relu), day.clock(tanh)) == (5, 10)
    assert [minutes(p.since - START) for p in day.touch(relu)] == [5]
    day.after(3)
    assert (day.clock(relu), day.clock(tanh)) == (8, 10)
    day.touch(tanh)
    day.after(1)
    assert (day.clock(relu), day.clock(tanh)) == (8, 11)


def test_a_save_starts_a_stopped_clock_again(day: Day) -> None:
    relu = day.start("relu")
    day.after(5).start("tanh")
    day.after(10).save("relu")
    day.after(2).touch(relu)
    assert day.clock(relu) == 7


def test_the_clock_stops_after_a_quarter_of_an_hour_without_a_sign(day: Day) -> None:
    relu = day.start("relu")
    day.after(2).save("relu")
    [pause] = day.after(60).touch(relu)
    assert (minutes(pause.since - START), minutes(pause.until - START)) == (17, 62)
    assert day.clock(relu) == 17
    assert day.after(1).touch(relu) == ()
    assert day.clock(relu) == 18


def test_what_another_kata_stops_is_cut_as_well(day: Day) -> None:
    relu = day.start("relu")
    day.after(60).start("tanh")
    assert day.clock(relu) == 15


def test_a_paused_clock_stands_until_it_is_touched(day: Day) -> None:
    relu = day.start("relu")
    day.after(5).history.pause(day.now(relu))
    assert day.after(600).clock(relu) == 5
    assert day.history.is_paused(day.now(relu))
    day.touch(relu)
    assert not day.history.is_paused(day.now(relu))
    assert day.after(2).clock(relu) == 7


def test_a_solved_kata_keeps_its_time(day: Day) -> None:
    relu = day.start("relu")
    day.after(5).touch(relu)
    day.history.record(make_verdict(catalog.load("relu")), day.now(relu))
    day.after(7).touch(relu)
    day.history.record(make_verdict(catalog.load("relu")), day.now(relu))
    assert day.after(7).clock(relu) == 5


def test_the_clock_of_an_interview_never_stops(day: Day) -> None:
    interview = day.history.begin_interview(45, 0, None, [("relu", "relu.py"), ("tanh", "tanh.py")])
    practices = day.history.in_interview(interview.id)
    day.after(5).start("sigmoid")
    day.after(30).touch(practices[0])
    assert [day.clock(practice) for practice in practices] == [35, 35]


def test_starting_over_stops_the_clock_of_the_sitting_before(day: Day) -> None:
    first = day.start("relu")
    second = day.after(5).start("relu")
    day.after(3)
    assert (day.clock(first), day.clock(second)) == (5, 3)


def test_a_history_without_clocks_that_stop_keeps_its_times(tmp_path: Path) -> None:
    (tmp_path / ".kata").mkdir()
    file = tmp_path / ".kata" / "history.db"
    old = sqlite3.connect(file)
    for migration in MIGRATIONS[:3]:
        migration(old) if callable(migration) else old.executescript(migration)
    for kata, started, solved in (("relu", 0, 100), ("tanh", 200, None), ("sgd", 300, None)):
        old.execute(
            "INSERT INTO practice (kind, kata, file, started_at, solved_at) VALUES ('kata', ?, ?, ?, ?)",
            (kata, f"{kata}.py", START + started, START + solved if solved else None),
        )
    old.execute(
        "INSERT INTO attempt (practice, kind, kata, at, seed, score, passed, check_seconds)"
        " VALUES (2, 'kata', 'tanh', ?, 0, 5, 0, 1)",
        (START + 290,),
    )
    old.execute("PRAGMA user_version = 3")
    old.commit()
    old.close()
    history = History(file, clock=lambda: START + 330)
    relu, tanh, sgd = (history.practice(number) for number in (1, 2, 3))
    assert [practice.clock_seconds(START + 330) for practice in (relu, tanh, sgd)] == [100, 90, 30]
    touched = history.last_touched()
    assert touched is not None
    assert touched.file == "sgd.py"


# as the learner sees it


def put_back(folder: Path, minutes: float) -> None:
    """Let everything in the history have happened earlier, the last save included."""
    with sqlite3.connect(folder / ".kata" / "history.db") as database:
        database.execute("UPDATE practice SET started_at = started_at - ?, seen_at = seen_at - ?", (60 * minutes,) * 2)
        database.execute("UPDATE touched SET at = at - ?", (60 * minutes,))
    database.close()
    for path in folder.glob("*.py"):
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 60 * minutes))


def test_a_verdict_tells_when_the_clock_was_paused(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    put_back(tmp_path, 45)
    shown = " ".join(kata("check").stdout.split())
    assert "Clock 15:0" in shown
    assert "of 4 min par, paused at " in shown
    assert ", on again at " in shown
    assert "paused" not in kata("check").stdout


def test_pause_stops_the_clock_and_starts_it_again(kata: Run, tmp_path: Path) -> None:
    assert "nothing has been started here yet" in kata("pause").stderr
    kata("start", "relu")
    put_back(tmp_path, 3)
    paused = kata("pause")
    assert paused.returncode == 0
    assert paused.stdout.startswith("The clock of relu is paused at 3:0")
    put_back(tmp_path, 600)
    again = kata("pause")
    assert again.stdout.startswith("The clock of relu runs again, from 3:0")
    assert "Clock 3:" in kata("check").stdout
    assert kata("pause").stdout.startswith("The clock of relu is paused at 3:")
    assert "paused" not in kata("check").stdout, "a pause of seconds is not worth a word"
    kata("pause")
    put_back(tmp_path, 2)
    assert "paused at" in kata("check").stdout


def test_pause_says_why_there_is_no_clock_to_stop(kata: Run, tmp_path: Path) -> None:
    relu = catalog.load("relu")
    (tmp_path / ".kata").mkdir()
    (tmp_path / "relu.py").write_text(relu.reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    kata("check", "relu", "--no-timing")
    assert "relu.py has no clock" in kata("pause").stderr
    kata("start", "relu", "--again")
    (tmp_path / "relu.py").write_text(relu.reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    kata("check", "--no-timing")
    assert "relu is solved, and its clock stands at 0:0" in kata("pause").stderr
    kata("interview", "--seed", "1")
    assert "the clock of an interview never stops" in kata("pause").stderr
