"""The history file: migrated, shared between processes, safe from kills, and never lost, whatever state it is in."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import catalog
from harness.cli import run
from harness.judge.verdict import CheckResult, Diagnosis, GroupResult, Outcome, Timing, Verdict
from harness.practice import database as database_module
from harness.practice import renaming
from harness.practice.database import FIRST_SCHEMA, MIGRATIONS, NewerHistory
from harness.practice.history import History
from harness.practice.record import read_record
from harness.practice.workspace import UnusableHistory

Run = Callable[..., subprocess.CompletedProcess[str]]

VERDICT = Verdict(
    kata="relu",
    file="relu.py",
    seed=7,
    groups=(
        GroupResult("forward", 40, (CheckResult("TestForward::test_a", "a", Outcome.PASSED),)),
        GroupResult(
            "gradient",
            60,
            (
                CheckResult("TestGradient::test_b", "b", Outcome.FAILED, "wrong", diagnosis=(Diagnosis("Mistake", "why"),)),
                CheckResult("TestGradient::test_c", "c", Outcome.PASSED),
            ),
        ),
    ),
    timing=Timing(1.5, 1.4, 1.6, 3.0, 2.0, 50),
    check_seconds=0.5,
)
PASSED = Verdict(
    "relu", "relu.py", 0, (GroupResult("forward", 100, (CheckResult("TestForward::test_a", "a", Outcome.PASSED),)),)
)

# A process that records attempts as fast as it can, and says the id of each once it is kept.
WRITER = """
import sys
import tomllib
from pathlib import Path
from harness.practice.history import History
from harness import catalog
from harness.cli import run
from harness.judge.verdict import CheckResult, GroupResult, Outcome, Verdict

checks = tuple(CheckResult(f"TestForward::test_{n}", "title", Outcome.FAILED, "message " * 20) for n in range(30))
verdict = Verdict("relu", "relu.py", 0, (GroupResult("forward", 100, checks),))
history = History(Path(sys.argv[1]))
practice = history.start("relu", "relu.py")
for _ in range(int(sys.argv[2])):
    print(history.record(verdict, practice), flush=True)
"""


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(file)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def version(file: Path) -> object:
    return rows(file, "PRAGMA user_version")[0][0]


def fill(file: Path, attempts: int = 1) -> None:
    history = History(file)
    practice = history.start("relu", "relu.py")
    for _ in range(attempts):
        history.record(VERDICT, practice)
    history.close()


def asides(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("history.damaged-*.db"))


# what is kept


def test_a_verdict_is_kept_whole(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    fill(file)
    [attempt] = rows(file, "SELECT kind, kata, seed, score, passed, ratio, solution_ms, check_seconds FROM attempt")
    assert attempt == ("kata", "relu", 7, 70, 0, 1.5, 3.0, 0.5)
    assert rows(file, "SELECT name, points, earned FROM attempt_group") == [("forward", 40, 40), ("gradient", 60, 30)]
    assert rows(file, "SELECT grp, name, title, outcome, message, mistake FROM attempt_check WHERE outcome = 'failed'") == [
        ("gradient", "TestGradient::test_b", "b", "failed", "wrong", "Mistake")
    ]
    assert rows(file, "SELECT count(*) FROM attempt_check") == [(3,)]


def test_the_first_passing_check_stops_the_clock_for_good(tmp_path: Path) -> None:
    times = iter((1000.0, 1060.0, 1120.0, 1180.0))
    history = History(tmp_path / "history.db", clock=lambda: next(times))
    practice = history.start("relu", "relu.py")
    assert practice.clock_seconds(now=1030.0) == 30.0
    history.record(VERDICT, practice)
    assert not history.was_solved("relu")
    for _ in range(2):
        history.record(PASSED, history.practice(practice.id))
    assert history.was_solved("relu")
    assert history.practice(practice.id).solved_at == 1120.0
    assert history.practice(practice.id).clock_seconds(now=9999.0) == 120.0


def test_hints_and_reveals_are_remembered_by_their_own_practice(tmp_path: Path) -> None:
    history = History(tmp_path / "history.db")
    first = history.start("relu", "relu.py")
    for number in (1, 2, 2):
        history.record_hint(first, number)
    history.record_reveal(first)
    assert history.hints_seen(first) == 2
    second = history.start("relu", "relu.py")
    assert history.hints_seen(second) == 0
    assert history.practice(second.id).revealed_at is None
    assert history.was_revealed("relu")
    assert not history.was_revealed("tanh")
    assert history.current("relu") == second


def test_the_next_hint_is_one_for_a_group_that_fails(tmp_path: Path) -> None:
    history = History(tmp_path / "history.db")
    practice = history.start("relu", "relu.py")
    groups = ["forward", "forward", "gradient", "gradient"]
    assert history.take_hint(practice, groups) == 1  # nothing was judged yet
    history.record(VERDICT, practice)
    assert [history.take_hint(practice, groups) for _ in range(4)] == [3, 4, 2, 2]
    assert history.hints_seen(practice) == 4


# schema


def test_an_empty_file_and_no_file_get_the_whole_schema_in_wal_mode(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for name in ("empty.db", "none.db"):
        fill(tmp_path / name)
        assert version(tmp_path / name) == len(MIGRATIONS)
        assert rows(tmp_path / name, "PRAGMA journal_mode") == [("wal",)]
        assert rows(tmp_path / name, "SELECT count(*) FROM attempt") == [(1,)]
    assert asides(tmp_path) == []


@pytest.mark.parametrize("old", range(1, len(MIGRATIONS) + 1))
def test_a_file_of_each_older_version_is_migrated_and_keeps_its_rows(
    tmp_path: Path, old: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "history.db"
    database = sqlite3.connect(file)
    for migration in MIGRATIONS[:old]:
        migration(database) if callable(migration) else database.executescript(migration)
    database.execute("INSERT INTO practice (kind, kata, file, started_at) VALUES ('kata', 'relu', 'relu.py', 1.0)")
    database.execute(f"PRAGMA user_version = {old}")
    database.commit()
    database.close()
    # one more version than there is, so that the newest is an older one too
    monkeypatch.setattr(database_module, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE later (x); INSERT INTO later VALUES (1)"))
    history = History(file)
    practice = history.current("relu")
    assert practice is not None
    assert practice.started_at == 1.0
    history.record(VERDICT, practice)
    history.close()
    assert version(file) == len(MIGRATIONS) + 1
    assert rows(file, "SELECT x FROM later") == [(1,)]
    assert asides(tmp_path) == []


NEW_NAMES = """
[relu]
GradientNotMasked = "unmasked-gradient"

[im2col]
GradientNotMasked = "window-left-unmasked"
"""


def test_recorded_mistakes_move_to_the_names_they_have_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "renamed.toml").write_text(NEW_NAMES)
    monkeypatch.setattr(renaming, "RENAMED", tmp_path / "renamed.toml")
    file = tmp_path / "history.db"
    old = sqlite3.connect(file)
    old.executescript(FIRST_SCHEMA)
    old.execute("PRAGMA user_version = 1")
    shown = {"relu": "GradientNotMasked", "im2col": "GradientNotMasked", "tanh": "NanForLargeX", "mse": None}
    for number, (kata, mistake) in enumerate(shown.items(), 1):
        old.execute(
            "INSERT INTO attempt (id, kind, kata, at, seed, score, passed, check_seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, "kata", kata, 1.0, 0, 5, 0, 1.0),
        )
        check = (number, "forward", "TestForward::test_a", "a", "failed", "wrong", mistake)
        old.execute("INSERT INTO attempt_check VALUES (?, ?, ?, ?, ?, ?, ?)", check)
        old.execute(
            "INSERT INTO practice (kind, kata, file, started_at, planted) VALUES ('hunt', ?, 'hunt.py', 1.0, ?)",
            (kata, mistake),
        )
    old.commit()
    old.close()

    history = History(file)
    new = [("relu", "unmasked-gradient"), ("im2col", "window-left-unmasked"), ("tanh", "nan-for-large-x"), ("mse", None)]
    assert rows(file, "SELECT kata, mistake FROM attempt_check JOIN attempt ON attempt = id ORDER BY id") == new
    assert rows(file, "SELECT kata, planted FROM practice ORDER BY id") == new
    assert history.planted("relu") == {"unmasked-gradient"}
    assert [(made.kata, made.name) for made in read_record(history, {"relu", "tanh"}).mistakes] == [
        ("relu", "unmasked-gradient"),
        ("tanh", "nan-for-large-x"),
    ]
    assert version(file) == len(MIGRATIONS)


def test_every_renamed_mistake_belongs_to_a_kata_and_has_a_name_in_kebab_case() -> None:
    for kata, names in tomllib.loads(renaming.RENAMED.read_text(encoding="utf-8")).items():
        assert kata in catalog.all_names()
        for old, new in names.items():
            assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", old)
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("BatchOnlyBiasGradient", "batch-only-bias-gradient"),
        ("NanForLargeX", "nan-for-large-x"),
        ("L2Missing", "l2-missing"),
        ("UsesRMSNorm", "uses-rms-norm"),
        ("mean-bias-gradient", "mean-bias-gradient"),
    ],
)
def test_a_name_that_only_changes_its_style(old: str, new: str) -> None:
    assert renaming.kebab_case(old) == new


def test_a_newer_schema_is_refused_and_left_as_it_is(tmp_path: Path, kata: Run) -> None:
    assert kata("start", "relu").returncode == 0
    file = tmp_path / ".kata" / "history.db"
    database = sqlite3.connect(file)
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()
    before = file.read_bytes()
    with pytest.raises(NewerHistory, match="newer version of kata: update kata"):
        History(file)
    for command in ("hint", "status", "start"):
        done = kata(command, "tanh") if command == "start" else kata(command)
        assert done.returncode == 2
        assert "the history was written by a newer version of kata: update kata to use it" in done.stderr.replace(
            "\n      ", " "
        )
    assert file.read_bytes() == before
    assert asides(file.parent) == []


# damage


def spoil_header(data: bytes) -> bytes:
    return b"this is no database".ljust(100, b"!") + data[100:]


def spoil_middle(data: bytes) -> bytes:
    return data[:4096] + b"\xff" * (len(data) - 4096)


def cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize("spoil", [spoil_header, spoil_middle, cut_off])
def test_a_damaged_file_is_set_aside_with_a_message_and_a_new_one_begun(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / "history.db"
    fill(file, attempts=200)
    file.write_bytes(spoil(file.read_bytes()))
    spoilt = file.read_bytes()
    history = History(file)
    [aside] = asides(tmp_path)
    assert aside.read_bytes() == spoilt
    assert "damaged" in history.notice
    assert aside.name in history.notice
    assert history.last_started() is None
    history.record(VERDICT, history.start("relu", "relu.py"))
    assert History(file).notice == ""


def test_a_second_damaged_file_does_not_replace_the_first(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    for number in range(3):
        file.write_text(f"no database, number {number}")
        History(file).close()
    assert sorted(path.read_text() for path in asides(tmp_path)) == [f"no database, number {number}" for number in range(3)]


def test_of_two_processes_that_find_the_damage_one_sets_it_aside(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    file.write_text("no database")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, file, "5"], stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0, 0]
    assert [path.read_text() for path in asides(tmp_path)] == ["no database"]
    assert rows(file, "SELECT count(*) FROM attempt") == [(20,)]


def test_the_commands_say_so_and_go_on(tmp_path: Path, kata: Run) -> None:
    assert kata("start", "relu").returncode == 0
    (tmp_path / ".kata" / "history.db").write_text("no database")
    done = kata("check", "relu", "--no-timing", columns=None)
    assert done.returncode == 1
    assert "the history was damaged (file is not a database); it is kept as history.damaged-" in done.stderr
    assert "0 / 100" in done.stdout


def test_a_full_disk_sets_nothing_aside(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    fill(file)
    limited = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
    done = subprocess.run([sys.executable, "-c", f"{limited}\n{WRITER}", file, "5"], capture_output=True, text=True)
    assert "UnusableHistory" in done.stderr
    assert asides(tmp_path) == []
    assert rows(file, "SELECT count(*) FROM attempt") == [(1,)]


# several at once, and kills


def test_two_processes_write_at_once_from_nothing(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, file, "40"], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = [int(line) for writer in writers for line in writer.communicate(timeout=60)[0].split()]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert sorted(said) == list(range(1, 121))
    assert rows(file, "SELECT count(*), count(DISTINCT attempt) FROM attempt_check") == [(120 * 30, 120)]
    assert rows(file, "SELECT count(*) FROM practice") == [(3,)]


@pytest.mark.parametrize("kept", [1, 3, 10, 25])
def test_a_kill_at_any_moment_loses_at_most_what_was_in_flight(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "history.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, file, "100000"], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(kept)]
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout if line.endswith("\n")]
    history = History(file)
    assert history.notice == ""
    found = [int(str(row[0])) for row in rows(file, "SELECT id FROM attempt ORDER BY id")]
    assert found[: len(said)] == said
    assert len(found) <= len(said) + 1
    assert set(rows(file, "SELECT count(*) FROM attempt_check GROUP BY attempt")) == {(30,)}
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]


def test_a_lock_that_stays_is_told_and_nothing_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.1)
    file = tmp_path / "history.db"
    fill(file)
    history = History(file)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnusableHistory, match="locked"):
        history.start("tanh", "tanh.py")
    other.execute("ROLLBACK")
    assert history.start("tanh", "tanh.py").kata == "tanh"
    assert asides(tmp_path) == []


def test_an_error_inside_a_transaction_leaves_nothing_half_written(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    history = History(file)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("CREATE TRIGGER refuse BEFORE INSERT ON attempt_group BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        history.record(VERDICT, None)
    other.execute("DROP TRIGGER refuse")
    assert rows(file, "SELECT count(*) FROM attempt") == [(0,)]
    history.record(VERDICT, None)
    assert rows(file, "SELECT count(*) FROM attempt") == [(1,)]


def test_schema_that_is_no_longer_text_is_set_aside(tmp_path: Path) -> None:
    """SQLite quotes it in its message, which Python then cannot read."""
    file = tmp_path / ".kata" / "history.db"
    file.parent.mkdir()
    History(file).close()
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"CREATE TABLE practice", b"CREATE \xfdABLE practic\xfd"))
    history = History(file)
    assert "the history was damaged" in history.notice
    assert history.best_scores() == {}
    history.close()


def test_check_after_the_clock_was_set_back_takes_nothing_off(tmp_path: Path) -> None:
    (tmp_path / ".kata").mkdir()
    now = [1_000_000.0]
    history = History(tmp_path / ".kata" / "history.db", clock=lambda: now[0])
    practice = history.start("relu", "relu.py")
    now[0] += 60
    history.record(VERDICT, practice)
    now[0] -= 500_000
    history.record(VERDICT, history.practice(practice.id))
    assert history.practice(practice.id).clock_seconds(now[0]) == 60
    history.close()


def test_linked_solution_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "repository" / "relu.py"
    elsewhere.parent.mkdir()
    elsewhere.write_text(catalog.load("relu").reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    folder = tmp_path / "practice"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert run(["start", "relu"]) == 0
    (folder / "relu.py").unlink()
    (folder / "relu.py").symlink_to(elsewhere)
    assert run(["check", "--no-timing"]) == 0
    history = History(folder / ".kata" / "history.db")
    assert history.was_solved("relu")
    history.close()
