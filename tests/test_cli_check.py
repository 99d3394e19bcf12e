"""`kata check` and `kata bench` as a learner types them: files of every kind, JSON, exit codes, and when things go wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import find_mistake

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]

PROGRAM = Path(sysconfig.get_path("scripts")) / "kata"
LINEAR = catalog.load("linear")
REFERENCE = LINEAR.reference_file.read_text(encoding="utf-8")
BWRAP: list[str | Path] = ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"]
CAN_BIND_MOUNT = shutil.which("bwrap") is not None and (
    subprocess.run([*BWRAP, "true"], capture_output=True).returncode == 0
)

HANGS = """
import os
from pathlib import Path

class Linear:
    def __init__(self, *args, **kwargs):
        Path("pid").write_text(str(os.getpid()))
        while True:
            pass
"""


def one_line(text: str) -> str:
    """Text with its line breaks undone, so that wrapping does not hide a sentence."""
    return " ".join(text.split())


def verdict_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one JSON object that was printed, and nothing else."""
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that was killed but not yet waited for counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state in "ZX"


# verdicts


def test_check_passes_with_exit_code_0_and_timing(kata: Run, tmp_path: Path) -> None:
    kata("start", "linear")
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    done = kata("check")
    assert done.returncode == 0
    assert "100 / 100" in done.stdout
    assert re.search(r"Takes \d+\.\d\d times as long as the reference \(.* to .*\): .* ms, the reference .* ms", done.stdout)
    assert "seed" not in done.stdout
    assert "Next: kata diff linear" in done.stdout


def test_check_without_timing_does_not_time(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    done = kata("check", "linear", "--no-timing")
    assert done.returncode == 0
    assert "Takes" not in done.stdout


def test_json_is_one_object_with_exactly_the_promised_keys(kata: Run, tmp_path: Path) -> None:
    kata("start", "linear")
    mistake = find_mistake("linear", "averaged-bias-gradient")
    (tmp_path / "linear.py").write_text(plant([mistake]) + "\nprint('hello')\n", encoding="utf-8")
    done = kata("check", "--json", "--seed", "3")
    assert done.returncode == 1
    verdict = verdict_of(done)
    assert list(verdict) == [
        "schema", "kata", "file", "seed", "score", "passed", "groups", "timing", "not_timed", "hot_line", "output",
        "mistakes", "unexplained", "hunt", "symptoms", "clock_seconds", "check_seconds", "sandbox",
    ]  # fmt: skip
    assert (verdict["schema"], verdict["kata"], verdict["file"], verdict["seed"]) == (1, "linear", "linear.py", 3)
    assert verdict["passed"] is False
    assert verdict["timing"] is None
    assert verdict["output"] == "hello\n"
    assert verdict["clock_seconds"] >= 0
    assert verdict["check_seconds"] > 0
    assert {group["name"]: group["points"] for group in verdict["groups"]} == LINEAR.points
    assert verdict["score"] == sum(group["earned"] for group in verdict["groups"]) < 100
    checks = [check for group in verdict["groups"] for check in group["checks"]]
    assert len(checks) == LINEAR.checks
    for group in verdict["groups"]:
        assert list(group) == ["name", "points", "earned", "checks"]
        for check in group["checks"]:
            assert list(check) == [
                "name", "title", "outcome", "cause", "message", "seconds", "diagnosis", "evidence",
            ]  # fmt: skip
            assert (check["cause"] is None) == (check["outcome"] == "passed")
            assert check["outcome"] in {"passed", "failed", "error", "timeout", "crashed", "blocked"}
            assert (check["message"] == "") == (check["outcome"] == "passed")
    named = {d["mistake"]: d["explanation"] for check in checks for d in check["diagnosis"]}
    assert named == {"averaged-bias-gradient": mistake.explanation}


def test_json_of_a_pass_holds_the_timing(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    done = kata("check", "linear", "--json")
    verdict = verdict_of(done)
    assert (done.returncode, verdict["score"], verdict["passed"]) == (0, 100, True)
    assert list(verdict["timing"]) == ["ratio", "low", "high", "solution_ms", "reference_ms", "rounds", "remark"]
    assert verdict["timing"]["low"] <= verdict["timing"]["ratio"] <= verdict["timing"]["high"]
    assert verdict["hot_line"] is None
    assert verdict["clock_seconds"] is None


def test_same_seed_same_messages_and_another_seed_others(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(REFERENCE.replace("+ self.bias", "- self.bias - 1e-3"), encoding="utf-8")

    def messages(seed: str) -> list[str]:
        groups = verdict_of(kata("check", "linear", "--json", "--seed", seed))["groups"]
        return [check["message"] for group in groups for check in group["checks"]]

    assert messages("5") == messages("5")
    assert messages("5") != messages("6")


def test_verbose_shows_every_failure(kata: Run, tmp_path: Path) -> None:
    defects = {
        "+ self.bias": "- self.bias",
        "np.zeros(": "np.ones(",
        "self.weight.T": "self.weight.T[:1]",
        "ValueError": "KeyError",
    }
    source = REFERENCE
    for correct, wrong in defects.items():
        assert correct in source
        source = source.replace(correct, wrong)
    (tmp_path / "linear.py").write_text(source, encoding="utf-8")
    short, whole = kata("check", "linear"), kata("check", "linear", "--verbose")
    assert re.search(r"\d+ more checks? fails?, as `kata check -v` shows", short.stdout)
    assert "as `kata check -v` shows" not in whole.stdout
    assert whole.stdout.count("✗") > short.stdout.count("✗")


# --file


def test_file_may_be_anywhere_and_the_verdict_names_it(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "mine.py").write_text(REFERENCE, encoding="utf-8")
    done = kata("check", "linear", "--file", "old/mine.py", "--json", "--no-timing")
    assert (done.returncode, verdict_of(done)["file"]) == (0, "old/mine.py")
    unnamed = kata("check", "--file", "old/mine.py")
    assert unnamed.returncode == 2
    assert "old/mine.py could be a solution of any kata: name it" in one_line(unnamed.stderr)
    (tmp_path / "old" / "linear.py").write_text(REFERENCE, encoding="utf-8")
    assert (
        verdict_of(kata("check", "--file", str(tmp_path / "old" / "linear.py"), "--json", "--no-timing"))["kata"] == "linear"
    )


def test_the_file_judged_is_never_the_reference(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    (tmp_path / "wrong.py").write_text("class Linear:\n    pass\n")
    done = kata("check", "linear", "--file", "wrong.py", "--json")
    assert (done.returncode, verdict_of(done)["score"]) == (1, 0)


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "there is no file x.py"),
    "directory": (lambda path: path.mkdir(), "x.py is not a file"),
    "pipe": (os.mkfifo, "x.py is not a file"),
    "huge": (lambda path: path.write_bytes(b"#" * 1_000_001), "x.py is too large for a solution: over 1000 kB"),
    "dangling link": (lambda path: path.symlink_to("nowhere"), "there is no file x.py"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_file_to_judge_is_a_wrong_call(kata: Run, tmp_path: Path, kind: str) -> None:
    make, says = UNREADABLE[kind]
    make(tmp_path / "x.py")
    done = kata("check", "linear", "--file", "x.py")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"kata: {says}\n")


@pytest.mark.skipif(os.geteuid() == 0 and not CAN_BIND_MOUNT, reason="root may read everything without bubblewrap")
def test_unreadable_file_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "x.py").touch(mode=0o200)
    humbled = [*BWRAP, "--cap-drop", "ALL", "--chdir", tmp_path] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*humbled, PROGRAM, "check", "linear", "--file", "x.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (2, "kata: x.py cannot be read\n")


USELESS = {
    "empty": (b"", "x.py defines no `Linear`"),
    "another kata": (b"class ReLU:\n    pass\n", "x.py defines no `Linear`"),
    "syntax error": (b"class Linear:\n    def f(:\n", "importing x.py raised SyntaxError at x.py:2: invalid syntax"),
    "wrong indentation": (b"class Linear:\npass\n", "importing x.py raised IndentationError at x.py:2"),
    "binary": (bytes(range(256)) * 20, "importing x.py raised SyntaxError"),
    "not UTF-8": (
        b'x = 1\nname = "caf\xe9 au lait"\n',
        "SyntaxError at x.py:2: Non-UTF-8 code starting with '\\xe9' in file x.py on line 2, but no encoding declared; see",
    ),
    "not UTF-8 in a comment": (b"# caf\xe9\n", "x.py:1: Non-UTF-8 code starting with '\\xe9' in file x.py on line 1"),
    "no such encoding": (b"# coding: utf-9\n", "SyntaxError at x.py:1: unknown encoding: utf-9"),
    "another encoding than declared": (b"# coding: ascii\nx = '\xe9'\n", "x.py:2: (ascii) 'ascii' codec can't decode byte"),
    "raises": (b"\n\n1 / 0\n", "importing x.py raised ZeroDivisionError at x.py:3: division by zero"),
    "exits": (b"import sys\nsys.exit(0)\n", "importing x.py called sys.exit(0)"),
    "torch": (b"import torch\n", "a solution is one file, which may import only numpy and the standard library, not torch"),
    "our tests": (
        b"import harness, reference\n",
        "a solution is one file, which may import only numpy and the standard library, not harness",
    ),
    "a number": (b"Linear = 3\n", "Linear raised TypeError: 'int' object is not callable"),
}


@pytest.mark.parametrize("kind", USELESS)
def test_a_useless_file_scores_0_and_the_true_reason_is_said_once(kata: Run, tmp_path: Path, kind: str) -> None:
    content, says = USELESS[kind]
    (tmp_path / "x.py").write_bytes(content)
    done = kata("check", "linear", "--file", "x.py")
    assert done.returncode == 1
    assert done.stderr == ""
    assert "0 / 100" in done.stdout
    assert one_line(done.stdout).count(says) == 1
    assert "Traceback" not in done.stdout


NOT_QUITE_PYTHON = {
    "a notebook": (b'{"cells": [{"cell_type": "code", "execution_count": null}]}', "x.py is a notebook, not Python"),
    "magics": (b"%matplotlib inline\nimport numpy as np\n", "x.py holds commands of IPython"),
    "an exported notebook": (b"# In[1]:\n\nget_ipython().run_line_magic('time', '')\n", "x.py holds commands of IPython"),
    "cells only": (b"# %%\nimport numpy as np\n# %%\nx = np.ones(3)\n", "x.py is a notebook whose cells define no class"),
    "marimo": (b"import marimo\napp = marimo.App()\n@app.cell\ndef _():\n    return\n", "x.py is a marimo notebook"),
    "a module of theirs": (b"from utils import softmax\n", "copy what you need from utils into x.py, the only file"),
    "a relative import": (b"from .utils import softmax\n", "copy what you need from utils into x.py"),
    "a package of theirs": (b"import layers.dense\n", "copy what you need from layers into x.py"),
    "empty": (b"", "define the names that kata show linear --stub shows, then run the same command again"),
    "another name": (b"class Dense:\n    pass\n", "define the names that kata show linear --stub shows"),
    "a misspelt name": (b"class Lineer:\n    pass\n", "rename Lineer to Linear, then run the same command again"),
    "nothing special": (b"import torch\n", "Next: fix the file so that Python can import it"),
    "a modulus": (b"x = (10\n% y)\n", "Next: fix the file so that Python can import it"),
}


@pytest.mark.parametrize("kind", NOT_QUITE_PYTHON)
def test_a_file_that_is_not_a_solution_gets_advice_that_fits(kata: Run, tmp_path: Path, kind: str) -> None:
    content, says = NOT_QUITE_PYTHON[kind]
    (tmp_path / "x.py").write_bytes(content)
    (tmp_path / "utils.py").write_text("def softmax(x): return x\n")
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "__init__.py").touch()
    done = kata("check", "linear", "--file", "x.py")
    assert (done.returncode, done.stderr) == (1, "")
    assert one_line(done.stdout).count(says) == 1


def test_a_coding_cookie_is_obeyed(kata: Run, tmp_path: Path) -> None:
    kata("start", "linear")
    text = "# -*- coding: latin-1 -*-\n" + REFERENCE + "\nNAME = 'caf\u00e9'\n"
    (tmp_path / "linear.py").write_bytes(text.encode("latin-1"))
    assert kata("check", "--no-timing").returncode == 0
    shown = kata("diff", columns=60).stdout
    assert "-NAME = 'caf\u00e9'" in shown
    broken = text + "raise ValueError('caf\u00e9')\n"
    (tmp_path / "linear.py").write_bytes(broken.encode("latin-1"))
    assert "raise ValueError('caf\u00e9')" in kata("check").stdout


# --all


def test_all_checks_every_solution_and_shows_a_table(kata: Run, tmp_path: Path) -> None:
    for name in ("linear", "relu", "computational-graph"):
        kata("start", name)
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    (tmp_path / "notes.py").write_text("no solution of anything")
    done = kata("check", "--all", columns=60)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["solution", "score", "first", "failure"]
    table = {line.split()[0]: line.split()[1] for line in lines[1:-1]}
    assert table == {"linear.py": "100", "relu.py": "0", "computational_graph.py": "0"}
    assert lines[-1] == "1 of 3 pass"
    assert "best 0" in kata("list", "--topic", "activations").stdout  # the history has it


def test_no_file_keeps_all_from_judging_the_others(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "relu.py").write_text(catalog.load("relu").reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "tanh.py").write_bytes(b"#" * 2_000_000)
    (tmp_path / "sigmoid.py").write_text("x =")
    done = kata("check", "--all", columns=80)
    assert done.returncode == 1
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in done.stdout.splitlines()}
    assert lines["relu.py"] == "100"
    assert lines["sigmoid.py"].startswith("0 ")
    assert lines["tanh.py"] == "none tanh.py is too large for a solution: over 1000 kB"
    assert "1 of 3 pass" in done.stdout


def test_all_passes_when_every_solution_does(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    done = kata("check", "--all")
    assert done.returncode == 0
    assert done.stdout.endswith("1 of 1 pass\n")


def test_all_shows_its_progress_on_a_terminal(kata: Run, tmp_path: Path, terminal: Open) -> None:
    (tmp_path / "relu.py").write_text(catalog.load("relu").reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "linear.py").write_text(f"{REFERENCE}\nimport time\n\ntime.sleep(1)\n", encoding="utf-8")
    screen = terminal("check", "--all")
    assert screen.finish() == 0
    assert "Checking linear.py · 1 of 2 solutions" in screen.text


@pytest.mark.parametrize("with_it", [["linear"], ["--file", "linear.py"], ["--json"], ["--verbose"]])
def test_all_takes_nothing_that_it_would_ignore(kata: Run, tmp_path: Path, with_it: list[str]) -> None:
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    done = kata("check", "--all", *with_it)
    assert (done.returncode, done.stderr) == (
        2,
        "kata: --all cannot be combined with NAME, --file, --json, --only, --explain or --verbose\n",
    )


def test_all_without_solutions_says_what_to_do(kata: Run) -> None:
    done = kata("check", "--all")
    assert done.returncode == 2
    assert "`kata start NAME` writes a first one" in one_line(done.stderr)


# bench


def test_bench_times_a_right_solution(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    began = time.monotonic()
    done = kata("bench", "linear", "--seconds", "1.5")
    assert time.monotonic() - began > 1.5
    assert (done.returncode, done.stderr) == (0, "")
    ratio = re.fullmatch(
        r"Takes (\S+) times as long as the reference \(\S+ to \S+\): \S+ ms,\s+the reference \S+ ms\n", done.stdout
    )
    assert ratio is not None
    assert 0.4 < float(ratio[1]) < 2.5


def test_bench_shows_its_progress_on_a_terminal(kata: Run, tmp_path: Path, terminal: Open) -> None:
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    screen = terminal("bench", "linear", "--seconds", "0.5")
    screen.wait_for("Timing linear.py")
    assert screen.finish() == 0


def test_bench_refuses_a_wrong_solution(kata: Run) -> None:
    kata("start", "linear")
    done = kata("bench")
    assert done.returncode == 1
    assert done.stdout == "linear.py scores 0 of 100, and only a solution that passes is timed. See `kata check`.\n"


def test_bench_of_a_kata_without_workload_is_a_wrong_call(kata: Run, tmp_path: Path) -> None:
    untimed = next(kata for kata in catalog.all_katas() if not kata.has_workload)
    (tmp_path / untimed.file_name).write_text("")
    done = kata("bench", untimed.name)
    assert done.returncode == 2
    assert f"{untimed.name} has no workload to time" in done.stderr


# what goes wrong around it


def test_ctrl_c_ends_with_130_and_leaves_no_worker(tmp_path: Path, terminal: Open) -> None:
    (tmp_path / "linear.py").write_text(HANGS)
    screen = terminal("check", "linear", "--sandbox", "none")
    screen.wait_for("Checking linear.py")
    give_up = time.monotonic() + 30
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < give_up
        time.sleep(0.01)
    assert screen.interrupt() == 130
    assert "kata: interrupted" in screen.text
    assert "Traceback" not in screen.text
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_a_reader_that_leaves_changes_no_exit_code(kata: Run, tmp_path: Path) -> None:
    kata("start", "linear")
    script = f"set -o pipefail; {PROGRAM}"
    for command, code in (
        ("list", 0),
        ("check", 1),
        ("check --json", 1),
        ("start relu", 0),
        ("solution --yes", 0),
        ("doctor", 0),
    ):
        done = subprocess.run(["bash", "-c", f"{script} {command} | true"], cwd=tmp_path, capture_output=True, text=True)
        assert (command, done.returncode, done.stderr) == (command, code, "")


@pytest.mark.skipif(not CAN_BIND_MOUNT, reason="needs bubblewrap to make a folder read-only for root too")
def test_in_a_read_only_workspace_a_check_is_judged_and_the_rest_says_why_not(kata: Run, tmp_path: Path) -> None:
    kata("start", "linear")
    before = sorted(path.name for path in (tmp_path / ".kata").iterdir())

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        mount = ["--ro-bind", str(tmp_path), str(tmp_path), "--chdir", str(tmp_path)]
        return subprocess.run([*BWRAP, *mount, PROGRAM, *arguments], capture_output=True, text=True)

    checked = run("check", "linear", "--sandbox", "none")
    assert checked.returncode == 1
    assert "0 / 100" in checked.stdout
    assert checked.stderr.count("continuing without your history") == 1
    assert run("list").returncode == 0
    for command in (["hint"], ["reset"], ["start", "relu"]):
        done = run(*command)
        assert done.returncode == 2
        assert "the history cannot be used now" in done.stderr
    assert sorted(path.name for path in (tmp_path / ".kata").iterdir()) == before


def test_when_the_judge_itself_fails_the_traceback_goes_into_a_file(kata: Run, tmp_path: Path) -> None:
    package = tmp_path / "packages" / "katas"
    shutil.copytree(LINEAR.folder, package / "linear")
    shutil.copy(LINEAR.folder.parent / "__init__.py", package)
    metadata = package / "linear" / "kata.toml"
    metadata.write_text(metadata.read_text().replace(f"checks = {LINEAR.checks}", "checks = 99"))
    (tmp_path / "linear.py").write_text(REFERENCE, encoding="utf-8")
    done = kata("check", "linear", PYTHONPATH=str(package.parent), TMPDIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (3, "")
    assert "the judge itself failed, which says nothing about your solution" in one_line(done.stderr)
    assert f"linear declares 99 checks, but {LINEAR.checks} were found" in one_line(done.stderr)
    named = re.search(r"The traceback is in (\S+)", one_line(done.stderr))
    assert named is not None
    assert "JudgeFailure: linear declares 99 checks" in Path(named[1]).read_text()
    assert "Traceback" not in done.stderr


def test_two_checks_at_once_are_both_kept(kata: Run, tmp_path: Path) -> None:
    kata("start", "linear")
    both = [
        subprocess.Popen(
            [PROGRAM, "check", "--json"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for one in both:
        out, err = one.communicate(timeout=60)
        assert (one.returncode, err) == (1, "")
        assert json.loads(out)["score"] == 0
    assert sqlite3.connect(tmp_path / ".kata" / "history.db").execute("SELECT count(*) FROM attempt").fetchone() == (2,)
