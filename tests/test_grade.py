"""`kata grade`: every file gets its line, in order, once, whatever ends while it works."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from conftest import environment
from graders import verdict_on
from program import INSTALLED

from harness import catalog
from harness.cli import run
from harness.commands import grade as command
from harness.grading.export import write_csv
from harness.grading.journal import Journal, UnusableJournal
from harness.grading.judges import ClusterFailure, DaskJudges, LocalJudges
from harness.grading.run import Counts, grade_all, rows
from harness.grading.submission import Graded, NoSandbox, Settings, confinement, grade, version_of
from harness.grading.summary import Summary, summarise
from harness.judge.session import Options, judge
from harness.sandbox import landlock
from harness.screens.console import make_console
from harness.screens.grade_screen import GradeBar, show_grades

RELU = catalog.load("relu")
CORRECT = (Path(__file__).parent / "right_solutions/relu/terse.py").read_text()
WRONG = CORRECT.replace("d_out * self.on", "d_out * 1")
SETTINGS = Settings("relu", 0, 10.0, "auto", "a version")
Grade = Callable[..., subprocess.CompletedProcess[str]]


class Scripted(Executor):
    """Answers in any order, and breaks as a pool of processes does: with all that it was working on."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.judged: list[str] = []
        self.most_at_once = 0
        self._running: list[tuple[Future[Graded], str, bytes]] = []
        self._changing = threading.Lock()

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        settings, file, source = args
        future: Future[Graded] = Future()
        with self._changing:
            self._running.append((future, file, source))
            self.most_at_once = max(self.most_at_once, len(self._running))
            if len(self._running) == 1:
                threading.Timer(self.random.random() / 500, self._answer, [settings]).start()
        return future

    def _answer(self, settings: Settings) -> None:
        with self._changing:
            running, self._running = self._running, []
            self.random.shuffle(running)
        self.answer(settings, running)

    def answer(self, settings: Settings, running: list[tuple[Future[Graded], str, bytes]]) -> None:
        """Answer what was running; whatever stands after a file that says `die` is lost with it."""
        broken = False
        for future, file, source in running:
            broken = broken or source == b"die"
            if broken:
                future.set_exception(BrokenProcessPool())
            else:
                self.judged.append(file)
                future.set_result(verdict_on(settings, file, source))


class Scripts:
    """Judges as scripted."""

    lost: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    gone: tuple[type[BaseException], ...] = (CancelledError,)
    window = 4

    def __init__(self, seed: int = 0) -> None:
        self.executor = Scripted(seed)
        self.opened = self.closed = 0

    def open(self, settings: Settings) -> Executor:
        self.opened += 1
        return self.executor

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "results.journal")
    yield journal
    journal.close()


def files(folder: Path, *contents: str) -> list[Path]:
    paths = []
    for number, content in enumerate(contents):
        paths.append(folder / f"{number:03}.py")
        paths[-1].write_text(content)
    return paths


def outcomes(paths: list[Path], judges: Any, journal: Journal) -> list[Any]:
    """What each line of the results says: a score, or a reason."""
    entries = grade_all(paths, SETTINGS, judges, journal, lambda counts: None)
    found = [json.loads(row) for row in rows(entries, SETTINGS, journal)]
    assert [row["file"] for row in found] == [str(path) for path in paths]
    return [row["reason"] or row["score"] for row in found]


class TestRun:
    @pytest.mark.parametrize("seed", range(20))
    def test_results_stand_in_the_order_of_the_files_and_each_is_judged_once(
        self, seed: int, tmp_path: Path, journal: Journal
    ) -> None:
        judges = Scripts(seed)
        paths = files(tmp_path, *map(str, range(1, 31)))
        assert outcomes(paths, judges, journal) == list(range(1, 31))
        assert sorted(judges.executor.judged) == [str(path) for path in paths]
        assert judges.executor.most_at_once <= judges.window
        assert judges.closed

    @pytest.mark.parametrize("seed", range(20))
    def test_file_that_ends_its_judge_is_found_and_costs_no_other(self, seed: int, tmp_path: Path, journal: Journal) -> None:
        judges = Scripts(seed)
        contents = [str(n) for n in range(1, 21)]
        contents[3] = contents[4] = contents[17] = "die"
        found = outcomes(files(tmp_path, *contents), judges, journal)
        died = "the process that judged it was ended, twice"
        assert found == [died if n in (4, 5, 18) else n for n in range(1, 21)]
        assert len(judges.executor.judged) == len(set(judges.executor.judged)) == 17

    def test_what_cannot_be_judged_has_a_line_that_says_why(self, tmp_path: Path, journal: Journal) -> None:
        os.mkfifo(tmp_path / "fifo.py")
        (tmp_path / "large.py").write_bytes(b" " * (2**20 + 1))
        paths = [*files(tmp_path, "7", "no luck"), tmp_path / "none.py", tmp_path / "fifo.py", tmp_path / "large.py"]
        assert outcomes(paths, Scripts(), journal) == [
            7,
            "no luck",
            "no such file or directory",
            "it is not a regular file",
            "it has more than 1,024 KiB",
        ]

    def test_only_what_is_new_or_changed_is_judged_again(self, tmp_path: Path, journal: Journal) -> None:
        paths = files(tmp_path, "1", "2", "no luck", "4")
        outcomes(paths, Scripts(), journal)
        paths[1].write_text("22")
        paths.append(tmp_path / "late.py")
        paths[-1].write_text("5")
        again = Scripts()
        assert outcomes(paths, again, journal) == [1, 22, "no luck", 4, 5]
        assert sorted(again.executor.judged) == [str(paths[1]), str(paths[2]), str(paths[4])]
        idle = Scripts()
        paths.remove(paths[2])
        assert outcomes(paths, idle, journal) == [1, 22, 4, 5]
        assert idle.opened == 0

    @pytest.mark.parametrize(
        "other",
        [
            Settings("prelu", 0, 10.0, "auto", "a version"),
            Settings("relu", 1, 10.0, "auto", "a version"),
            Settings("relu", 0, 2.0, "auto", "a version"),
            Settings("relu", 0, 10.0, "none", "a version"),
            Settings("relu", 0, 10.0, "auto", "the next"),
        ],
    )
    def test_verdict_of_other_settings_is_not_taken(self, other: Settings, tmp_path: Path, journal: Journal) -> None:
        paths = files(tmp_path, "1")
        outcomes(paths, Scripts(), journal)
        again = Scripts()
        grade_all(paths, other, again, journal, lambda counts: None)
        assert again.executor.judged == [str(paths[0])]

    def test_progress_counts_every_file_once(self, tmp_path: Path, journal: Journal) -> None:
        paths = files(tmp_path, "1", "2", "no luck")
        outcomes(paths[:1], Scripts(), journal)
        seen: list[Counts] = []
        grade_all([*paths, tmp_path / "none.py"], SETTINGS, Scripts(), journal, seen.append)
        assert [counts.judged + counts.known for counts in seen] == [1, 2, 3, 4]
        assert seen[-1] == Counts(3, 1, 4)

    def test_lost_cluster_ends_the_run_and_keeps_what_was_judged(self, tmp_path: Path, journal: Journal) -> None:
        class Gone(Scripted):
            def answer(self, settings: Settings, running: list[tuple[Future[Graded], str, bytes]]) -> None:
                super().answer(settings, running[:1])
                for future, _, _ in running[1:]:
                    future.set_exception(CancelledError())

        judges = Scripts()
        judges.executor = Gone(3)
        with pytest.raises(ClusterFailure, match="the same command goes on"):
            grade_all(files(tmp_path, *"123456789"), SETTINGS, judges, journal, lambda counts: None)
        assert judges.closed
        again = Scripts()
        assert outcomes(files(tmp_path, *"123456789"), again, journal) == list(range(1, 10))
        assert 0 < len(again.executor.judged) < 9

    def test_name_that_is_no_text_is_written_all_the_same(self, tmp_path: Path, journal: Journal) -> None:
        path = tmp_path / os.fsdecode(b"\xff\x1b[2J.py")
        path.write_text("9")
        entries = grade_all([path], SETTINGS, Scripts(), journal, lambda counts: None)
        (row,) = rows(entries, SETTINGS, journal)
        assert "\x1b" not in row
        row.encode("utf-8")
        assert json.loads(row)["score"] == 9


class TestJournal:
    def test_two_runs_cannot_write_the_same(self, tmp_path: Path, journal: Journal) -> None:
        journal.add("a", "b")
        with pytest.raises(UnusableJournal, match="another `kata grade` is writing"):
            Journal(tmp_path / "results.journal")

    @pytest.mark.parametrize("content", [b"not a database at all, but a text of some length\n" * 30, b""])
    def test_file_of_somebody_else_is_left_alone(self, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "a.journal"
        path.write_bytes(content)
        if not content:  # a database of another program
            import sqlite3

            with sqlite3.connect(path) as other:
                other.execute("CREATE TABLE theirs (x)")
            other.close()
        before = path.read_bytes()
        with pytest.raises(UnusableJournal, match=r"a\.journal"):
            Journal(path)
        assert path.read_bytes() == before

    def test_first_verdict_stands(self, journal: Journal) -> None:
        journal.add("a", "1")
        journal.add("a", "2")
        assert journal["a"] == "1"
        assert "a" in journal
        assert "b" not in journal


class TestJudges:
    @pytest.mark.slow
    def test_process_that_is_ended_takes_no_other_file_with_it(
        self, tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("harness.grading.run.grade", verdict_on)
        contents = [str(n) for n in range(1, 13)]
        contents[5] = "die"
        found = outcomes(files(tmp_path, *contents), LocalJudges(2), journal)
        assert found == [n if n != 6 else "the process that judged it was ended, twice" for n in range(1, 13)]

    def test_another_version_of_the_program_judges_nothing(self) -> None:
        assert "another version" in grade(SETTINGS, "relu.py", CORRECT.encode()).reason

    def test_verdict_is_that_of_check(self, tmp_path: Path) -> None:
        path = tmp_path / "relu.py"
        path.write_text(WRONG)
        settings = Settings("relu", 3, 10.0, "auto", version_of("relu"))
        row = json.loads(grade(settings, "relu.py", path.read_bytes()).verdict)
        alone = judge(RELU, path, "relu.py", Options(seed=3, timing=False)).as_json() | {"reason": None}
        assert without_times(row) == without_times(json.loads(json.dumps(alone)))
        assert row["score"] < 100

    def test_nothing_runs_without_a_sandbox_unless_asked_to(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        confinement.cache_clear()
        monkeypatch.setattr(landlock, "version", lambda: 0)
        monkeypatch.setattr("harness.grading.submission.bwrap_works", lambda: False)
        try:
            with pytest.raises(NoSandbox):
                confinement("auto")
            assert (
                "neither Landlock"
                in grade(Settings("relu", 0, 10.0, "auto", version_of("relu")), "relu.py", CORRECT.encode()).reason
            )
            monkeypatch.chdir(tmp_path)
            assert run(["grade", "relu", str(tmp_path)]) == 2
            (path,) = files(tmp_path, CORRECT)
            assert run(["grade", "relu", str(path)]) == 2
            assert list(tmp_path.glob("*grades*")) == []
            assert confinement("none").landlock is False
        finally:
            confinement.cache_clear()

    def test_cluster_that_is_not_there_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("harness.grading.judges.CONNECT_SECONDS", 0.2)
        with pytest.raises(ClusterFailure, match="no Dask scheduler at tcp://127"):
            DaskJudges("tcp://127.0.0.1:1")

    def test_missing_package_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(ClusterFailure, match=r"kata\[dask\]"):
            DaskJudges("tcp://127.0.0.1:1")


def without_times(row: dict[str, Any]) -> dict[str, Any]:
    checks = [check for group in row["groups"] for check in group["checks"]]
    for thing in (row, *checks):
        for name in ("seconds", "check_seconds"):
            thing.pop(name, None)
    return row


def summary_of(*graded: tuple[int, tuple[str, ...], tuple[str, ...]] | str) -> Summary:
    """The summary of lines with these scores, mistakes and failing checks, or reasons."""
    lines = []
    for number, one in enumerate(graded):
        row: dict[str, Any] = {"file": f"{number}.py", "reason": one}
        if not isinstance(one, str):
            score, mistakes, failing = one
            checks = [{"title": title, "outcome": "failed", "cause": "wrong value", "message": title} for title in failing]
            checks.append({"title": "not run", "outcome": "blocked", "cause": "blocked", "message": "not run"})
            groups = [{"name": "forward", "earned": score, "checks": checks}]
            row = {"file": f"{number}.py", "score": score, "groups": groups, "mistakes": mistakes}
            row |= {"reason": None, "check_seconds": 0.5, "sandbox": "landlock"}
        lines.append(json.dumps(row))
    return summarise(RELU, lines)


class TestSummary:
    def test_histogram_has_every_score_once(self) -> None:
        summary = summary_of(*[(score, (), ()) for score in (0, 9, 10, 55, 89, 90, 99, 100, 100)], "unreadable")
        assert dict(summary.histogram) == {
            "0 to 9": 2,
            "10 to 19": 1,
            "20 to 29": 0,
            "30 to 39": 0,
            "40 to 49": 0,
            "50 to 59": 1,
            "60 to 69": 0,
            "70 to 79": 0,
            "80 to 89": 1,
            "90 to 99": 2,
            "100": 2,
        }
        assert (summary.passed, len(summary.points), len(summary.unjudged)) == (2, 9, 1)
        assert summary.median == 89

    def test_mistakes_tags_and_checks_are_counted_once_a_file(self) -> None:
        bank = {mistake.name: mistake for mistake in catalog_mistakes()}
        first, second = sorted(bank)[:2]
        summary = summary_of((40, (first, second), ("a", "a", "b")), (50, (second,), ("b",)), (100, (), ()))
        assert [(m.name, m.count) for m in summary.mistakes] == [(second, 2), (first, 1)]
        assert summary.mistakes[0].headline == bank[second].explanation.partition("\n")[0]
        assert summary.mistakes[0].tags == bank[second].tags
        both = set(bank[first].tags) | set(bank[second].tags)
        assert {tag.name: tag.count for tag in summary.tags} == {
            tag: (tag in bank[second].tags) + (tag in bank[first].tags or tag in bank[second].tags) for tag in both
        }
        assert [(check.name, check.count) for check in summary.checks] == [("b", 2), ("a", 1)]

    @pytest.mark.parametrize(("source", "reason"), [(b"def f(:\n", "SyntaxError"), (b"", "defines no `ReLU`")])
    def test_file_that_does_not_run_says_why(self, source: bytes, reason: str, tmp_path: Path) -> None:
        graded = grade(Settings("relu", 0, 10.0, "auto", version_of("relu")), "a.py", source)
        summary = summarise(RELU, [graded.verdict])
        (score,) = summary.stopped
        assert reason in score.stopped
        write_csv(tmp_path / "table.csv", summary)
        with (tmp_path / "table.csv").open(newline="") as file:
            assert [line["reason"] for line in csv.DictReader(file)] == [score.stopped]
        console = make_console()
        with console.capture() as capture:
            show_grades(console, summary)
        assert f"a.py: {score.stopped}" in " ".join(capture.get().split())
        assert summary_of((40, (), ("d_x",))).stopped == []

    def test_nothing_judged_has_no_mean(self) -> None:
        summary = summary_of("unreadable")
        assert (summary.mean, summary.median, summary.passed) == (None, None, 0)

    def test_spreadsheet_takes_no_name_for_a_formula(self, tmp_path: Path) -> None:
        summary = summary_of("=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "fine")
        write_csv(tmp_path / "table.csv", summary)
        with (tmp_path / "table.csv").open(newline="") as file:
            lines = list(csv.DictReader(file))
        assert [line["reason"] for line in lines] == ["'=HYPERLINK(1)", "'+1", "'-1", "'@x", "'\t=1", "fine"]


def catalog_mistakes() -> Any:
    from harness.judge.bank import load_bank

    return load_bank("relu")


class TestBar:
    def test_rate_and_time_left_come_from_this_run_alone(self) -> None:
        assert GradeBar.pace(Counts(judged=20, known=500, total=600), 10.0) == "2.0 a second · 0:40 left"
        assert GradeBar.pace(Counts(judged=1, known=0, total=11), 20.0) == "3.0 a minute · 3:20 left"
        assert GradeBar.pace(Counts(judged=0, known=500, total=600), 10.0) == ""


class TestCommand:
    def test_everything_is_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        monkeypatch.setattr(command, "LocalJudges", lambda jobs: Scripts())
        monkeypatch.chdir(tmp_path)
        (tmp_path / "in/deeper").mkdir(parents=True)
        files(tmp_path / "in", "100", "40", "<b>bad</b>")
        files(tmp_path / "in/deeper", "0")
        assert run(["grade", "relu", "in", "in/000.py", "--html", "s.html", "--csv", "--seed", "5"]) == 1
        told = capsys.readouterr().out
        assert "relu: 4 files, 1 pass" in told
        assert "1 file could not be judged" in told
        assert "Wrote relu.grades.jsonl, relu.grades.csv, s.html" in told
        lines = [json.loads(line) for line in (tmp_path / "relu.grades.jsonl").read_text().splitlines()]
        assert [(line["file"], line["score"], line["seed"]) for line in lines] == [
            ("in/000.py", 100, 5),
            ("in/001.py", 40, 5),
            ("in/002.py", None, 5),
            ("in/deeper/000.py", 0, 5),
        ]
        page = (tmp_path / "s.html").read_text()
        assert "in/deeper/000.py" in page
        assert "<b>bad" not in page
        assert "http" not in page.replace("http-equiv", "")
        with (tmp_path / "relu.grades.csv").open(newline="") as file:
            assert [line["score"] for line in csv.DictReader(file)] == ["100", "40", "", "0"]
        assert {path.name for path in tmp_path.iterdir()} == {
            "in",
            "s.html",
            "relu.grades.csv",
            "relu.grades.jsonl",
            "relu.grades.jsonl.journal",
        }

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--out", "000.py"], "000.py is one of the files to judge"),
            (["--html", "relu.grades.jsonl"], "two results would be written to the same file"),
            (["--out", "nowhere/x.jsonl"], "nowhere/x.jsonl cannot be written"),
            (["--jobs", "2", "--dask", "tcp://127.0.0.1:1"], "use one of them"),
            (["--timeout", "nan"], "nan"),
            (["empty"], "there is no Python file in empty"),
        ],
    )
    def test_call_that_makes_no_sense_writes_nothing(
        self, arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "empty").mkdir()
        files(tmp_path, "1")
        assert run(["grade", "relu", "000.py", *arguments]) == 2
        assert sentence in " ".join(capsys.readouterr().err.split())
        assert {path.name for path in tmp_path.iterdir()} == {"000.py", "empty"}

    @pytest.mark.slow
    def test_killed_at_any_moment_nothing_is_lost_or_judged_twice(self, kata_program: Any, tmp_path: Path) -> None:
        """The real program over real submissions: killed twice on its way, then left to end."""
        mark = f"KATA_TEST_GRADE={os.getpid()}-{time.time_ns()}"
        files(tmp_path, *[CORRECT, WRONG, "import os; os._exit(3)", "x ="] * 3)
        before: dict[str, str] = {}
        for wanted in (2, 6):
            program = kata_program("grade", "relu", ".", "--jobs", "2", mark=mark)
            give_up = time.monotonic() + 120
            while len(known(tmp_path)) < wanted:
                assert program.poll() is None
                assert time.monotonic() < give_up
                time.sleep(0.02)
            program.kill()
            program.wait()
            wait_until_gone(mark)
            now = known(tmp_path)
            assert before.items() <= now.items()
            before = now
        program = kata_program("grade", "relu", ".", "--jobs", "2", mark=mark)
        assert program.wait(timeout=120) == 0
        lines = (tmp_path / "relu.grades.jsonl").read_text().splitlines()
        assert [json.loads(line)["score"] == 100 for line in lines] == [True, False, False, False] * 3
        assert set(before.values()) <= set(lines)
        assert sorted(known(tmp_path).values()) == sorted(lines)
        assert {json.loads(line)["sandbox"] for line in lines} <= {"landlock", "landlock+bwrap", "bwrap"}


@pytest.fixture
def kata_program(tmp_path: Path) -> Iterator[Any]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, mark: str) -> subprocess.Popen[bytes]:
        name, _, value = mark.partition("=")
        started.append(
            subprocess.Popen(
                [INSTALLED, *arguments], cwd=tmp_path, env=environment(100, **{name: value}), stdout=subprocess.DEVNULL
            )
        )
        return started[-1]

    yield start
    for program in started:
        if program.poll() is None:
            program.kill()
            program.wait()


def known(folder: Path) -> dict[str, str]:
    """What is in the journal of a run that may be going on: a copy is read, as the run holds the file."""
    with tempfile.TemporaryDirectory() as name:
        for path in folder.glob("relu.grades.jsonl.journal*"):
            shutil.copy(path, name)
        if not list(Path(name).iterdir()):
            return {}
        database = sqlite3.connect(Path(name) / "relu.grades.jsonl.journal")
        try:
            return dict(database.execute("SELECT key, row FROM verdict").fetchall())
        except sqlite3.Error:  # copied while it was being made
            return {}
        finally:
            database.close()


def wait_until_gone(mark: str) -> None:
    """No judge and no worker outlives the program."""
    give_up = time.monotonic() + 20
    while left := marked(mark):
        assert time.monotonic() < give_up, left
        time.sleep(0.05)


def marked(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
def test_cluster_that_loses_a_worker_half_way_loses_no_file(tmp_path: Path, journal: Journal) -> None:
    """A real scheduler and two real workers; one is killed while it judges. The results are those of one machine."""
    contents = [CORRECT, WRONG, "x =", "import os; os._exit(3)"] * 2
    paths = files(tmp_path, *contents)
    settings = Settings("relu", 0, 10.0, "auto", version_of("relu"))
    done: list[int] = []
    with cluster(tmp_path) as (address, workers):

        def progress(counts: Counts) -> None:
            done.append(counts.judged)
            if counts.judged == 3:
                os.kill(workers[0], signal.SIGKILL)

        entries = grade_all(paths, settings, DaskJudges(address), journal, progress)
    found = [json.loads(row) for row in rows(entries, settings, journal)]
    here = [json.loads(grade(settings, str(path), path.read_bytes()).verdict) for path in paths]
    assert list(map(without_times, found)) == list(map(without_times, here))
    assert done == list(range(1, 9))


class cluster:
    """A scheduler and two workers on this machine, without anybody who would start a killed one again."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self._started: list[subprocess.Popen[bytes]] = []
        self._folder = folder

    def __enter__(self) -> tuple[str, list[int]]:
        file = ["--scheduler-file", str(self._file)]
        self._start("dask_scheduler", *file, "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        for _ in range(2):
            self._start("dask_worker", *file, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        import distributed

        with distributed.Client(scheduler_file=str(self._file), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        return json.loads(self._file.read_text())["address"], [one.pid for one in self._started[1:]]

    def __exit__(self, *_: object) -> None:
        for one in self._started:
            one.kill()
            one.wait()

    def _start(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        self._started.append(
            subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
