"""`kata watch`, in a real pseudo-terminal: it judges at each save, whatever an editor does to the file, and obeys keys."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import program
import pytest
from conftest import Terminal, environment

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import find_mistake
from harness.judge.collect import collect_checks
from harness.judge.session import Options, judge
from harness.judge.verdict import Verdict

Start = Callable[..., Terminal]
Kata = Callable[..., subprocess.CompletedProcess[str]]

LINEAR = catalog.find("linear")
RIGHT = LINEAR.reference_file.read_text(encoding="utf-8")
WRONG = plant([find_mistake("linear", "averaged-bias-gradient")])
ENDLESS = RIGHT.replace("import numpy as np\n", "import numpy as np\n\nwhile True: pass\n", 1)
END = "q quit"
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.fixture
def watching(kata: Kata, terminal: Start, tmp_path: Path) -> Terminal:
    """`kata watch` on a freshly started linear, after its first verdict."""
    assert kata("start", "linear").returncode == 0
    screen = terminal("watch")
    screen.wait_for("check 1 ")
    return screen


def save(folder: Path, text: str) -> None:
    (folder / "linear.py").write_text(text, encoding="utf-8")


def wait_for_screen(screen: Terminal, wanted: str) -> None:
    """Wait for a screen with this on it, to its end; what came before is forgotten."""
    screen.wait_for(wanted)
    screen.text = screen.text.rpartition(wanted)[2]
    screen.wait_for(END)
    screen.text = ""


def attempts(folder: Path) -> list[tuple[int, int]]:
    """Score of each attempt in the history, and whether it passed."""
    database = sqlite3.connect(folder / ".kata" / "history.db")
    try:
        return database.execute("SELECT score, passed FROM attempt ORDER BY id").fetchall()
    finally:
        database.close()


def quit_and_count(screen: Terminal, folder: Path) -> list[tuple[int, int]]:
    screen.type("q")
    assert screen.finish() == 0
    return attempts(folder)


def test_each_save_is_judged_and_kept(watching: Terminal, tmp_path: Path) -> None:
    assert "0 / 100" in watching.text
    save(tmp_path, WRONG)
    watching.wait_for("known mistake")  # the diagnosis is added once it is found
    assert "check 2 " in watching.text
    save(tmp_path, RIGHT)
    watching.wait_for("100 / 100")
    watching.wait_for("check 3 ")
    kept = quit_and_count(watching, tmp_path)
    assert [passed for _, passed in kept] == [0, 0, 1]
    assert kept[0][0] == 0 < kept[1][0] < 100 == kept[2][0]


def test_a_syntax_error_is_a_verdict_like_any_other(watching: Terminal, tmp_path: Path) -> None:
    save(tmp_path, RIGHT.replace("def forward(", "def forward("[:-1] + "[", 1))
    watching.wait_for("SyntaxError")
    save(tmp_path, RIGHT)
    watching.wait_for("100 / 100")


def test_a_deleted_file_is_waited_for(watching: Terminal, tmp_path: Path) -> None:
    (tmp_path / "linear.py").unlink()
    watching.wait_for("linear.py is gone. Waiting for it to come back.")
    save(tmp_path, RIGHT)
    watching.wait_for("100 / 100")
    assert len(quit_and_count(watching, tmp_path)) == 2


def test_a_save_by_rename_is_seen(watching: Terminal, tmp_path: Path) -> None:
    for number, (text, wanted) in enumerate([(RIGHT, "100 / 100"), (WRONG, "known mistake"), (RIGHT, "100 / 100")], 2):
        (tmp_path / "linear.py~").write_text(text, encoding="utf-8")
        os.replace(tmp_path / "linear.py~", tmp_path / "linear.py")
        watching.wait_for(f"check {number} ")
        wait_for_screen(watching, wanted)


def test_a_save_with_an_old_time_stamp_is_seen(watching: Terminal, tmp_path: Path) -> None:
    (tmp_path / "older.py").write_text(RIGHT, encoding="utf-8")
    os.utime(tmp_path / "older.py", (1_000_000_000, 1_000_000_000))
    os.replace(tmp_path / "older.py", tmp_path / "linear.py")
    watching.wait_for("100 / 100")


def test_of_two_saves_at_once_the_second_is_what_is_shown_last(watching: Terminal, tmp_path: Path) -> None:
    for _ in range(5):
        save(tmp_path, WRONG)
        time.sleep(0.01)  # the editor's, not ours: it writes twice
        save(tmp_path, RIGHT)
        wait_for_screen(watching, "100 / 100")
        watching.type(" ")
        wait_for_screen(watching, "100 / 100")
        save(tmp_path, WRONG)
        wait_for_screen(watching, "known mistake")
    assert attempts(tmp_path)[-1][1] == 0


def test_a_touched_file_is_judged_again_and_an_unchanged_one_is_not(watching: Terminal, tmp_path: Path) -> None:
    (tmp_path / "linear.py").chmod(0o600)
    (tmp_path / "other.py").write_text(RIGHT, encoding="utf-8")
    os.utime(tmp_path / "linear.py")
    watching.wait_for("check 2 ")
    assert len(quit_and_count(watching, tmp_path)) == 2


def test_a_resized_terminal_is_drawn_anew(watching: Terminal, tmp_path: Path) -> None:
    save(tmp_path, WRONG)
    wait_for_screen(watching, "known mistake")
    watching.resize(60)
    watching.wait_for(END)
    lines = ESCAPE.sub("", watching.text).splitlines()
    assert "linear.py" in watching.text
    assert max(map(len, lines)) <= 60


def test_keys_show_a_hint_the_next_failure_and_the_timing(watching: Terminal, tmp_path: Path) -> None:
    watching.type("t")
    watching.wait_for("Only a solution that passes is timed.")
    watching.type("h")
    watching.wait_for("Hint 1 of")
    save(tmp_path, WRONG)
    watching.wait_for("known mistake")
    watching.type("n")
    watching.wait_for("Failing check 1 of")
    watching.type("n")
    wait_for_screen(watching, "Failing check 2 of")
    watching.type(" ")
    watching.wait_for("then save; h shows hint 2")
    save(tmp_path, RIGHT)
    watching.wait_for("100 / 100")
    watching.type("n")
    watching.wait_for("No check fails.")
    timings = 0
    while "times as long as the reference" not in watching.text:
        watching.type("t")  # on a busy machine there is none at first, and it says so
        timings += 1
        wait_for_screen(watching, f"check {3 + timings} ")
        watching.wait_for(END)
    assert [passed for _, passed in quit_and_count(watching, tmp_path)] == [0, 0, 1] + [1] * timings


def test_quitting_gives_the_terminal_back_and_leaves_no_worker(kata: Kata, terminal: Start) -> None:
    kata("start", "linear")
    screen = terminal("watch")
    before = screen.mode()
    screen.wait_for("check 1 ")
    assert screen.mode() != before
    workers = screen.children()
    assert workers
    screen.type("q")
    assert screen.finish() == 0
    assert screen.mode() == before
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_a_save_ends_the_judgement_of_an_endless_loop(watching: Terminal, tmp_path: Path) -> None:
    save(tmp_path, ENDLESS)
    watching.wait_for("Checking linear.py")  # the line that appears after half a second
    began = time.monotonic()
    save(tmp_path, RIGHT)
    watching.wait_for("100 / 100")
    assert time.monotonic() - began < Options().call_timeout / 2
    assert [passed for _, passed in quit_and_count(watching, tmp_path)] == [0, 1]


def test_q_quits_during_an_endless_loop(watching: Terminal, tmp_path: Path) -> None:
    save(tmp_path, ENDLESS)
    watching.wait_for("Checking linear.py")
    began = time.monotonic()
    assert len(quit_and_count(watching, tmp_path)) == 1
    assert time.monotonic() - began < Options().call_timeout / 2


def test_a_worker_that_died_while_waiting_is_replaced(watching: Terminal, tmp_path: Path) -> None:
    for pid in watching.children():
        os.kill(pid, signal.SIGKILL)
    save(tmp_path, RIGHT)
    watching.wait_for("100 / 100")


def test_a_hunt_is_watched_without_diagnosis_and_tells_its_lesson_at_the_end(
    kata: Kata, terminal: Start, tmp_path: Path
) -> None:
    kata("hunt", "--yes", "linear", "--mistake", "1")
    screen = terminal("watch")
    screen.wait_for("check 1 ")
    screen.type(" ")
    screen.wait_for("find the planted mistake")
    (tmp_path / "hunt_linear.py").write_text(RIGHT, encoding="utf-8")
    screen.wait_for("The planted mistake")
    assert "known mistake" not in screen.text


def test_there_are_no_hints_in_an_interview(kata: Kata, terminal: Start) -> None:
    kata("interview", "--seed", "1")
    screen = terminal("watch")
    screen.wait_for("check 1 ")
    screen.type("h")
    screen.wait_for("There are no hints in an interview.")


def test_through_a_pipe_it_prints_each_verdict_plainly(kata: Kata, tmp_path: Path) -> None:
    kata("start", "linear")
    process = subprocess.Popen(
        [program.INSTALLED, "watch"],
        cwd=tmp_path,
        env=environment(80),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        lines = iter(process.stdout.readline, "")
        first = "".join(line for line in iter(lambda: next(lines), "watching linear.py · check 1\n"))
        save(tmp_path, RIGHT)
        second = "".join(line for line in iter(lambda: next(lines), "watching linear.py · check 2\n"))
        process.terminate()
    assert process.returncode == 128 + signal.SIGTERM
    assert "0 / 100" in first
    assert "100 / 100" in second
    assert "\x1b" not in first + second


@pytest.mark.parametrize("text", [RIGHT, WRONG, "import numpy as np\n"], ids=["right", "wrong", "empty"])
def test_a_warm_judge_gives_the_verdict_of_a_cold_one(text: str, tmp_path: Path) -> None:
    save(tmp_path, text)
    path, options = tmp_path / "linear.py", Options(timing=False)

    def without_times(verdict: Verdict) -> Verdict:
        groups = tuple(
            replace(group, checks=tuple(replace(check, seconds=0.0) for check in group.checks)) for group in verdict.groups
        )
        return replace(verdict, groups=groups, check_seconds=0.0)

    checks = collect_checks(LINEAR)
    cold = judge(LINEAR, path, "linear.py", options)
    for _ in range(2):
        assert without_times(judge(LINEAR, path, "linear.py", options, checks=checks)) == without_times(cold)
