"""`kata export` and `kata import`: two histories become one, nothing twice, whichever way and however often."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from synthetic import DAY, MINUTE, Learner, practise_for_months

from harness import catalog
from harness.practice.exchange import BadExport, Merged, export_history, import_history
from harness.practice.history import History
from harness.practice.record import Record, read_record

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]

NOW = 1_700_000_000.0
NAMES = catalog.all_names()
TABLES = ("practice", "attempt", "interview", "hint", "explanation", "attempt_group", "attempt_check", "attempt_mistake")


def learner(folder: Path, name: str) -> Learner:
    (folder / name).mkdir()
    return Learner(folder / name, NOW)


def counts(history: History) -> dict[str, int]:
    with history.snapshot() as database:
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def facts(history: History) -> list[Any]:
    """What an export says, in an order that does not depend on ids of rows."""
    data = json.loads(export_history(history))
    return [
        sorted(json.dumps(one, sort_keys=True) for one in data[part]) for part in ("interviews", "practices", "attempts")
    ]


def without_ids(record: Record) -> list[Any]:
    """What is known of each kata, apart from the numbers of rows."""
    return [
        (
            name,
            one.state,
            one.failing,
            [(a.at, a.score, a.passed, a.ratio) for a in one.attempts],
            [(s.practice.started_at, s.practice.solved_at, s.practice.clock_seconds(), s.hints) for s in one.sittings],
        )
        for name, one in record.katas.items()
    ]


@pytest.fixture
def months(tmp_path: Path) -> History:
    (tmp_path / "months").mkdir()
    return practise_for_months(tmp_path / "months", NOW).history


def test_an_empty_history_takes_in_everything(months: History, tmp_path: Path) -> None:
    empty = learner(tmp_path, "empty").history
    merged = import_history(empty, export_history(months))
    assert counts(empty) == counts(months)
    assert facts(empty) == facts(months)
    assert (merged.known_practices, merged.known_attempts) == (0, 0)
    assert without_ids(read_record(empty, NAMES)) == without_ids(read_record(months, NAMES))
    assert read_record(empty, NAMES).mistakes == read_record(months, NAMES).mistakes


def test_nothing_comes_twice_there_or_back(months: History, tmp_path: Path) -> None:
    other = learner(tmp_path, "other").history
    total = counts(months)
    import_history(other, export_history(months))
    again = import_history(other, export_history(months))
    assert again == Merged(0, 0, total["practice"], total["attempt"])
    back = import_history(months, export_history(other))
    assert back == Merged(0, 0, total["practice"], total["attempt"])
    assert counts(months) == total == counts(other)


def test_two_histories_become_one_either_way(tmp_path: Path) -> None:
    home, work = learner(tmp_path, "home"), learner(tmp_path, "work")
    home.sit("relu", 5, wrong=[3, 0], hints=2, mistake="unit-slope-at-zero")
    work.sit("tanh", 4, wrong=[2, 0], ratio=1.5)
    work.interview(("relu", "linear"), 2, 45)
    assert import_history(home.history, export_history(work.history)).practices == 3
    assert import_history(work.history, export_history(home.history)).practices == 1
    assert facts(home.history) == facts(work.history)
    record = read_record(home.history, NAMES)
    assert record.solved() == {"relu", "tanh"}
    assert [sitting.practice.kata for sitting in record.interviews[0].sittings] == ["relu", "linear"]
    assert record == read_record(home.history, NAMES)


def test_a_practice_that_both_have_is_one_with_what_happened_in_either(tmp_path: Path) -> None:
    home, work = learner(tmp_path, "home"), learner(tmp_path, "work")
    relu = catalog.load("relu")
    practice = home.sit("relu", 1, minutes=5, wrong=[4], hints=1)
    import_history(work.history, export_history(home.history))
    [copied] = read_record(work.history, NAMES).of("relu").sittings
    work.time = NOW
    work.history.touch("relu", "relu.py", copied.practice)
    work.history.record_hint(copied.practice, 2)
    work.time = NOW + 3 * MINUTE
    work.check(relu, work.history.practice(copied.practice.id))
    merged = import_history(home.history, export_history(work.history))
    assert merged == Merged(0, 1, 1, 1)
    [sitting] = read_record(home.history, NAMES).of("relu").sittings
    assert sitting.hints == 2
    assert sitting.practice.solved_at == NOW + 3 * MINUTE
    assert sitting.practice.clock_seconds() == 8 * MINUTE
    assert sitting.practice.id == practice.id


def test_what_was_started_later_counts_as_later_whenever_it_comes_in(tmp_path: Path) -> None:
    home, work = learner(tmp_path, "home"), learner(tmp_path, "work")
    early, late = home.sit("relu", 9, wrong=[5]), work.sit("relu", 1, wrong=[3])
    import_history(work.history, export_history(home.history))
    import_history(home.history, export_history(work.history))
    for history in (home.history, work.history):
        of_file = history.of_file("relu.py")
        assert of_file is not None
        assert of_file.started_at == late.started_at > early.started_at
        assert history.current("relu") == of_file


def test_the_clock_of_an_imported_practice_stands_until_it_is_touched(tmp_path: Path) -> None:
    home, work = learner(tmp_path, "home"), learner(tmp_path, "work")
    home.sit("relu", 1, minutes=5, wrong=[5])
    import_history(work.history, export_history(home.history))
    [sitting] = read_record(work.history, NAMES).of("relu").sittings
    assert sitting.practice.clock_seconds(NOW + DAY) == 5 * MINUTE


def test_an_interview_goes_on_only_where_it_was_begun(tmp_path: Path) -> None:
    home, work = learner(tmp_path, "home"), learner(tmp_path, "work")
    home.time = work.time = NOW
    home.history.begin_interview(45, 0, None, [("relu", "relu.py")])
    import_history(work.history, export_history(home.history))
    import_history(home.history, export_history(work.history))
    assert work.history.open_interview() is None
    assert home.history.running_interview() is not None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: "no JSON", "was not written by `kata export`"),
        (lambda data: "[]", "it was not written by `kata export`"),
        (lambda data: {"katas": []}, "it was not written by `kata export`"),
        (lambda data: {**data, "schema": 2}, "it has schema 2, and this version of kata reads 1: update kata"),
        (lambda data: {**data, "attempts": None}, "attempts must be a list of objects"),
        (lambda data: {**data, "practices": []}, "it refers to practice "),
        (lambda data: {**data, "practices": [{**data["practices"][0], "kind": "game"}]}, "no kind of practice 'game'"),
        (lambda data: {**data, "practices": [{**data["practices"][0], "started_at": "now"}]}, "started_at must be a number"),
        (lambda data: {**data, "practices": [{**data["practices"][0], "file": "../relu.py"}]}, "not the name of a file"),
        (lambda data: {**data, "attempts": [{**data["attempts"][0], "checks": [{"name": 3}]}]}, "grp must be a text"),
    ],
)
def test_what_is_no_export_is_refused_whole(tmp_path: Path, change: Callable[[Any], Any], says: str) -> None:
    home, work = learner(tmp_path, "home"), learner(tmp_path, "work")
    home.sit("relu", 1, wrong=[5, 0])
    changed = change(json.loads(export_history(home.history)))
    with pytest.raises(BadExport) as refused:
        import_history(work.history, changed if isinstance(changed, str) else json.dumps(changed))
    assert says in str(refused.value)
    assert set(counts(work.history).values()) == {0}


# as the learner types it


def test_a_history_that_came_along_is_what_kata_shows_first(kata: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    kata("start", "relu", folder=tmp_path / "one")
    kata("export", "history.json", folder=tmp_path / "one")
    kata("import", "../one/history.json", folder=tmp_path / "two")
    shown = kata(folder=tmp_path / "two").stdout
    assert "Your history came from another machine" in shown
    assert "kata next" in shown
    assert "Nothing has been started in this folder" not in shown


def test_from_one_folder_to_another(kata: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, name in ((one, "relu"), (two, "tanh")):
        folder.mkdir()
        kata("start", name, folder=folder)
        kata("check", "--no-timing", folder=folder)
    exported = kata("export", "../moved.json", folder=one)
    assert exported.stdout == "Wrote ../moved.json. On the other machine: kata import moved.json\n"
    assert kata("import", "../moved.json", folder=two).stdout == "Added 1 practice and 1 check.\n"
    again = kata("import", "../moved.json", folder=two).stdout
    assert again == "Nothing to add: 1 practice and 1 check are here already.\n"
    listed = kata("list", folder=two).stdout
    assert listed.count("best 0") == 2
    assert kata("check", folder=two).stdout.startswith("tanh.py")  # relu.py did not come along


def test_a_bare_command_means_what_came_along(kata: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    kata("start", "relu", folder=one)
    kata("export", "../moved.json", folder=one)
    (one / "relu.py").rename(two / "relu.py")
    kata("import", "../moved.json", folder=two)
    assert kata("check", folder=two).stdout.startswith("relu.py")
    assert "of 4 min par" in kata("check", folder=two).stdout


def test_a_file_is_replaced_only_when_asked(kata: Run, terminal: Open, tmp_path: Path) -> None:
    assert "nothing to export" in kata("export", "history.json").stderr
    kata("start", "relu")
    (tmp_path / "history.json").write_text("mine")
    assert "there already is a file history.json: pass --yes" in " ".join(kata("export", "history.json").stderr.split())
    screen = terminal("export", "history.json", NO_COLOR="1")
    screen.wait_for("There already is a file history.json. Replace it? [y/N]:")
    screen.type("n\n")
    assert screen.finish() == 0
    assert (tmp_path / "history.json").read_text() == "mine"
    assert kata("export", "history.json", "--yes").returncode == 0
    assert json.loads((tmp_path / "history.json").read_text())["practices"]


def test_a_file_that_is_no_export_is_one_sentence(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_bytes(b"\xff")
    (tmp_path / "other.json").write_text("{}")
    for name, says in (
        ("odd.json", "was not written by `kata export`"),
        ("other.json", "was not written by `kata export`"),
        ("no.json", "there is no file no.json"),
    ):
        done = kata("import", name)
        assert (done.returncode, done.stdout) == (2, "")
        assert says in " ".join(done.stderr.split())


def test_an_import_that_fails_leaves_nothing(months: History, tmp_path: Path) -> None:
    other = learner(tmp_path, "other")
    text = export_history(months)
    locked = sqlite3.connect(tmp_path / "other" / ".kata" / "history.db")
    locked.execute("CREATE TRIGGER stop AFTER INSERT ON attempt WHEN NEW.id > 5 BEGIN SELECT RAISE(ABORT, 'full'); END")
    locked.commit()
    with pytest.raises(sqlite3.DatabaseError):
        import_history(other.history, text)
    assert set(counts(other.history).values()) == {0}
    locked.close()
