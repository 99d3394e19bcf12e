"""`kata start`, `hint`, `solution`, `diff`, `reset`, `list`, `demo`, `doctor` and `kata` alone, as a learner types them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from harness import catalog
from harness.authoring.stub import make_stub
from harness.judge.bank import find_mistake

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]

RELU = catalog.load("relu")
REFERENCE = RELU.reference_file.read_text(encoding="utf-8")


def one_line(text: str) -> str:
    """Text with its line breaks undone, so that wrapping does not hide a sentence."""
    return " ".join(text.split())


def archive(folder: Path) -> list[str]:
    return sorted(path.read_text() for path in (folder / ".kata" / "archive").iterdir())


# start


def test_start_writes_the_stub_shows_the_statement_and_starts_the_clock(kata: Run, tmp_path: Path) -> None:
    done = kata("start", "relu")
    assert done.returncode == 0
    assert (tmp_path / "relu.py").read_text(encoding="utf-8") == make_stub(RELU)
    assert "ReLU · easy · par 4 min" in done.stdout
    assert "Build" in done.stdout
    assert done.stdout.endswith(
        "Wrote relu.py, the only file that is judged. The clock is running (par 4 min).\n"
        "Open it in your editor, then: kata check relu\n"
    )
    assert "Clock 0:0" in kata("check", "--no-timing").stdout


def test_start_never_overwrites(kata: Run, tmp_path: Path) -> None:
    (tmp_path / "relu.py").write_text("mine")
    done = kata("start", "relu")
    assert done.returncode == 2
    assert "relu.py already exists and was left alone" in one_line(done.stderr)
    assert (tmp_path / "relu.py").read_text() == "mine"


def test_start_again_archives_the_old_solution(kata: Run, tmp_path: Path) -> None:
    for text in ("first", "second"):
        (tmp_path / "relu.py").write_text(text)
        done = kata("start", "relu", "--again")
        assert done.returncode == 0
        kept = re.search(r"Your old solution is kept as (\S+)", done.stdout)
        assert kept is not None
        assert (tmp_path / kept[1]).read_text() == text
    assert (tmp_path / "relu.py").read_text(encoding="utf-8") == make_stub(RELU)
    assert archive(tmp_path) == ["first", "second"]


def test_start_takes_hyphens_and_underscores(kata: Run, tmp_path: Path) -> None:
    assert kata("start", "cross_entropy").returncode == 0
    assert (tmp_path / "cross_entropy.py").is_file()
    again = kata("start", "Cross-Entropy")
    assert again.returncode == 2
    assert "cross_entropy.py already exists" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("start",), "name the kata to start, as in `kata start conv2d`"),
        (("start", "con2d"), "there is no kata called 'con2d': did you mean conv2d"),
        (("strat", "conv2d"), "there is no command 'strat'. Did you mean start"),
        (("check",), "nothing has been started here yet: name a kata, as in `kata start conv2d`"),
        (("check", "relu"), "there is no relu.py: `kata start relu` writes it"),
        (("hint", "relu"), "relu has not been started here: run `kata start relu` first"),
        (("diff", "relu"), "there is no relu.py"),
        (("reset", "relu"), "there is no relu.py"),
        (("bench", "relu"), "there is no relu.py"),
        (("solution", "relu"), "pass --yes to go on anyway"),
        (("list", "--topic", "cooking"), "there is no topic 'cooking'"),
        (("list", "--workspace", "nowhere"), "there is no folder nowhere"),
        (("start", "relu", "tanh"), "unexpected extra argument"),
        (("check", "--nope"), "no such option"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(
    kata: Run, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = kata(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("kata: ")
    assert says in one_line(done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_workspace_is_found_from_below_by_option_and_by_variable(kata: Run, tmp_path: Path) -> None:
    inner, other = tmp_path / "inner", tmp_path / "other"
    inner.mkdir()
    other.mkdir()
    assert kata("start", "relu").returncode == 0
    assert "Wrote ../tanh.py" in kata("start", "tanh", folder=inner).stdout
    assert (tmp_path / "tanh.py").is_file()
    assert kata("start", "relu", "--workspace", "other").returncode == 0
    assert kata("start", "tanh", folder=inner, KATA_WORKSPACE=str(other)).returncode == 0
    assert sorted(path.name for path in other.iterdir()) == [".kata", "relu.py", "tanh.py"]


# hint


def test_hints_come_one_at_a_time_and_are_remembered(kata: Run) -> None:
    kata("start", "relu")
    total = len(RELU.hints)
    shown = [kata("hint").stdout for _ in range(total + 1)]
    for number, text in enumerate(shown[:total], start=1):
        assert text.startswith(f"Hint {number} of {total} for relu\n")
        assert "no more hints" not in text
    assert len(set(shown)) == total + 1
    assert shown[total].startswith(shown[total - 1])
    assert "There are no more hints; kata solution relu shows our solution." in shown[total]
    assert "kata solution shows ours" in one_line(kata("check", "--no-timing").stdout)


def test_starting_again_begins_with_the_first_hint(kata: Run) -> None:
    kata("start", "relu")
    assert "Hint 1 of" in kata("hint").stdout
    assert "kata hint shows hint 2 of" in one_line(kata("check", "--no-timing").stdout)
    kata("start", "relu", "--again")
    assert "Hint 1 of" in kata("hint").stdout


# solution, diff, reset


def test_solution_in_a_pipe_is_the_reference_to_the_letter(kata: Run) -> None:
    done = kata("solution", "relu", "--yes", columns=60)
    assert (done.returncode, done.stdout) == (0, REFERENCE)


def test_solution_asks_and_takes_no_for_an_answer(kata: Run, terminal: Open) -> None:
    kata("start", "relu")
    screen = terminal("solution", "relu", NO_COLOR="1")
    screen.wait_for("This shows the whole solution of relu, and it will count as revealed. Go on? [y/N]:")
    screen.type("n\n")
    assert screen.finish() == 0
    assert "ReLU" not in screen.text
    refused = kata("diff")
    assert refused.returncode == 2
    assert "solve relu first, or give up with `kata solution relu`" in one_line(refused.stderr)


def test_solution_shown_after_yes_is_remembered(kata: Run, terminal: Open) -> None:
    kata("start", "relu")
    screen = terminal("solution", NO_COLOR="1")
    screen.wait_for("[y/N]:")
    screen.type("y\n")
    assert screen.finish() == 0
    assert "ReLU" in screen.text.partition("[y/N]:")[2]
    again = terminal("solution", NO_COLOR="1")
    assert again.finish() == 0
    assert "[y/N]" not in again.text
    assert kata("diff").returncode == 0


def test_ctrl_c_at_the_question_shows_nothing(kata: Run, terminal: Open) -> None:
    kata("start", "relu")
    screen = terminal("solution")
    screen.wait_for("[y/N]:")
    assert screen.interrupt() == 130
    assert "ReLU" not in screen.text
    assert kata("diff").returncode == 2


def test_diff_opens_once_solved(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    assert kata("diff").returncode == 2
    (tmp_path / "relu.py").write_text(REFERENCE.replace("x > 0", "0 < x"), encoding="utf-8")
    assert kata("check", "--no-timing").returncode == 0
    narrow = kata("diff", columns=60).stdout
    assert "-        self._positive = 0 < x\n+        self._positive = x > 0\n" in narrow
    wide = kata("diff", columns=100).stdout
    [line] = [line for line in wide.splitlines() if "_positive = 0 < x" in line]
    assert line.split() == ["self._positive", "=", "0", "<", "x", "self._positive", "=", "x", ">", "0"]


def test_diff_says_when_there_is_none(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    (tmp_path / "relu.py").write_text(REFERENCE, encoding="utf-8")
    assert kata("check", "--no-timing").returncode == 0
    assert kata("diff").stdout == "relu.py and the reference are identical.\n"


def test_diff_shows_the_mistakes_that_were_made_on_the_way(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    mistake = find_mistake("relu", "unit-slope-at-zero")
    (tmp_path / "relu.py").write_text(mistake.source(), encoding="utf-8")
    assert kata("check", "--no-timing").returncode == 1
    (tmp_path / "relu.py").write_text(REFERENCE, encoding="utf-8")
    assert kata("check", "--no-timing").returncode == 0
    shown = kata("diff").stdout
    assert shown.startswith("relu.py and the reference are identical.\n\nRecognised on the way: unit-slope-at-zero\n")
    assert mistake.headline in one_line(shown)
    assert "ours            self._positive = x > 0\nwith it         self._positive = x >= 0\n" in shown


def test_diff_without_docstrings_compares_the_code(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    bare = "class ReLU:\n    def forward(self, x):\n        self.on = x > 0\n        return x * self.on\n"
    bare += "    def backward(self, d_out):\n        return d_out * self.on\n"
    (tmp_path / "relu.py").write_text(bare, encoding="utf-8")
    assert kata("check", "--no-timing").returncode == 0
    assert "Shape:" in kata("diff").stdout
    shown = kata("diff", "--no-docstrings", columns=60).stdout
    assert "Shape:" not in shown
    assert '"""' not in shown
    assert "+        return d_out * self._positive" in shown
    (tmp_path / "relu.py").write_text("class ReLU:\n", encoding="utf-8")
    assert "relu.py is not Python any more, line 1" in kata("diff", "--no-docstrings").stderr


def test_reset_puts_the_stub_back_and_keeps_the_solution(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    (tmp_path / "relu.py").write_text("mine")
    done = kata("reset")
    assert done.returncode == 0
    assert "relu.py is as it was at the start; your solution is kept as .kata/archive/relu_" in one_line(done.stdout)
    assert (tmp_path / "relu.py").read_text(encoding="utf-8") == make_stub(RELU)
    assert archive(tmp_path) == ["mine"]


# where things stand


def test_list_shows_every_kata_and_its_state(kata: Run, tmp_path: Path) -> None:
    kata("start", "tanh")
    kata("start", "step")
    kata("check", "step", "--no-timing")
    kata("start", "relu")
    (tmp_path / "relu.py").write_text(REFERENCE, encoding="utf-8")
    kata("check", "relu", "--no-timing")
    lines = [line.split() for line in kata("list").stdout.splitlines()]
    states = {words[0]: " ".join(words[4:]) for words in lines[1:] if len(words) >= 4}
    assert set(states) == set(catalog.all_names())
    assert {name: state for name, state in states.items() if state} == {
        "tanh": "started",
        "step": "best 0",
        "relu": "solved",
    }


def test_list_of_a_topic_shows_only_that(kata: Run) -> None:
    lines = kata("list", "--topic", "convolution").stdout.splitlines()
    expected = {k.name for k in catalog.all_katas() if k.topic == "convolution"}
    assert {line.split()[0] for line in lines[2:]} == expected


def test_kata_alone_tells_where_you_are_and_what_to_type(kata: Run, tmp_path: Path) -> None:
    nothing = kata()
    assert nothing.returncode == 0
    assert "Nothing has been started in this folder yet." in nothing.stdout
    assert [line.split("  ")[1] for line in nothing.stdout.splitlines() if line.startswith("  kata ")] == [
        "kata demo",
        "kata list",
        "kata start linear",
    ]
    kata("start", "relu")
    assert "Last worked on: relu (not solved yet)." in kata().stdout
    assert "kata hint" in kata().stdout
    (tmp_path / "relu.py").write_text(REFERENCE, encoding="utf-8")
    kata("check", "--no-timing")
    solved = kata().stdout
    assert f"1 of {len(catalog.all_names())} katas solved." in one_line(solved)
    assert "Last worked on: relu (solved)." in solved
    assert "kata diff" in solved


def test_demo_shows_a_stub_a_mistake_and_a_right_solution(kata: Run, tmp_path: Path) -> None:
    done = kata("demo", columns=60)
    assert done.returncode == 0, done.stderr
    stub, wrong, solved = (int(score) for score in re.findall(r"(\d+) / 100", done.stdout))
    assert stub == 0 < wrong < solved == 100
    assert "is summed over the batch only" in one_line(done.stdout)
    assert "Takes" in done.stdout
    assert max(map(cell_len, done.stdout.splitlines())) <= 60
    assert done.stdout.endswith("Now you, in a folder of your own:  kata start conv2d\n")
    assert list(tmp_path.iterdir()) == []


def test_doctor_tells_what_is_there(kata: Run, tmp_path: Path) -> None:
    done = kata("doctor", columns=None)
    assert done.returncode == 0
    told = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert {"kata", "Python", "numpy", "pytest", "click", "jinja2", "rich", "fsrs", "watchfiles"} <= set(told)
    assert told["BLAS"].split()[0] != "unknown"
    assert "threads" in done.stdout
    assert told["sandbox"]
    assert told["workspace"] == f"{tmp_path} (nothing started yet)"
    assert told["worker"] == "starts and answers"
    assert re.fullmatch(r"memory .*, CPU 120 s, file size 64 MiB", told["limits"])
