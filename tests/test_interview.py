"""`kata interview`: a set that fits the time, nothing told but what fails, one clock, and a scorecard at the end."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Terminal

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import load_bank
from harness.judge.verdict import CheckResult, Diagnosis, GroupResult, Outcome, Verdict
from harness.practice.draw import CORE_TOPICS, NothingFits, draw
from harness.practice.history import OpenInterview, Practice
from harness.practice.kind import PracticeKind
from harness.practice.record import PastAttempt, Sitting
from harness.practice.scorecard import Final, make_result, make_scorecard
from harness.screens.html.pages import scorecard_page

Kata = Callable[..., subprocess.CompletedProcess[str]]

KATAS = catalog.all_katas()
FIRST, CORE, HARD = (catalog.find(name) for name in ("relu", "linear", "conv2d"))


@pytest.mark.parametrize("seed", range(20))
def test_a_drawn_set_is_a_warm_up_a_core_layer_and_one_harder(seed: int) -> None:
    first, core, last = draw(KATAS, 45, None, seed)
    assert first.difficulty == "easy"
    assert core.topic in CORE_TOPICS
    assert last.difficulty != "easy"
    assert first.par_minutes < core.par_minutes < last.par_minutes
    assert 0.75 * 45 <= first.par_minutes + core.par_minutes + last.par_minutes <= 45


def test_the_seed_decides_the_set() -> None:
    assert draw(KATAS, 45, None, 7) == draw(KATAS, 45, None, 7)
    assert len({tuple(kata.name for kata in draw(KATAS, 45, None, seed)) for seed in range(30)}) > 5


@pytest.mark.parametrize("topic", catalog.all_topics())
def test_a_topic_and_the_time_are_kept(topic: str) -> None:
    shortest = min(kata.par_minutes for kata in KATAS if kata.topic == topic)
    for minutes in (shortest, 45, 90):
        drawn = draw(KATAS, minutes, topic, 1)
        assert {kata.topic for kata in drawn} == {topic}
        assert sum(kata.par_minutes for kata in drawn) <= minutes


def test_short_times_draw_fewer_and_none_is_said() -> None:
    assert draw((FIRST, CORE, HARD), 44, None, 0) == (FIRST, CORE, HARD)
    assert draw((FIRST, CORE, HARD), 20, None, 0) == (FIRST, CORE)
    assert draw((FIRST, CORE, HARD), 9, None, 0) == (FIRST,)
    with pytest.raises(NothingFits, match="convolution fits into 10 minutes"):
        draw((FIRST, CORE, HARD), 10, "convolution", 0)


@pytest.fixture
def begun(kata: Kata, tmp_path: Path) -> list[str]:
    """An interview in the test's folder; the names of its three katas."""
    began = kata("interview", "--minutes", "45", "--seed", "3")
    assert began.returncode == 0, began.stderr
    with sqlite3.connect(tmp_path / ".kata" / "history.db") as database:
        names = [name for (name,) in database.execute("SELECT kata FROM practice ORDER BY id")]
    database.close()
    assert names == [kata.name for kata in draw(KATAS, 45, None, 3)]
    return names


def let_the_time_run_out(folder: Path) -> None:
    """Put the interview an hour back."""
    with sqlite3.connect(folder / ".kata" / "history.db") as database:
        database.execute("UPDATE interview SET started_at = started_at - 3600")
        database.execute("UPDATE practice SET started_at = started_at - 3600")
        database.execute("UPDATE attempt SET at = at - 3600")
    database.close()


def solve(name: str, folder: Path) -> None:
    kata = catalog.find(name)
    (folder / kata.file_name).write_text(kata.reference_file.read_text(encoding="utf-8"), encoding="utf-8")


def make_wrong(name: str, folder: Path) -> str:
    """Save a solution with the bank's first mistake; returns the first line of its explanation."""
    kata = catalog.find(name)
    mistake = load_bank(kata.module)[0]
    (folder / kata.file_name).write_text(plant([mistake]), encoding="utf-8")
    return mistake.explanation.partition("\n")[0]


def test_it_writes_the_stubs_and_archives_what_is_in_the_way(kata: Kata, tmp_path: Path) -> None:
    names = [one.name for one in draw(KATAS, 45, None, 3)]
    old = tmp_path / catalog.find(names[1]).file_name
    old.write_text("# mine\n", encoding="utf-8")
    began = kata("interview", "--seed", "3")
    assert began.returncode == 0
    for name in names:
        assert "NotImplementedError" in (tmp_path / catalog.find(name).file_name).read_text(encoding="utf-8")
        assert catalog.find(name).title in began.stdout
    (archived,) = (tmp_path / ".kata" / "archive").iterdir()
    assert archived.read_text(encoding="utf-8") == "# mine\n"


def test_a_check_tells_which_checks_fail_and_nothing_about_why(kata: Kata, begun: list[str], tmp_path: Path) -> None:
    headline = make_wrong(begun[1], tmp_path)
    shown = kata("check", begun[1])
    assert shown.returncode == 1
    assert "✗" in shown.stdout
    assert headline.split()[0] + " " + headline.split()[1] not in shown.stdout
    verdict = json.loads(kata("check", begun[1], "--json").stdout)
    failed = [check for group in verdict["groups"] for check in group["checks"] if check["outcome"] == "failed"]
    assert failed
    for check in failed:
        assert check["title"] in " ".join(shown.stdout.split()) or len(failed) > 5
        assert check["message"] == ""
        assert check["diagnosis"] == []
    with sqlite3.connect(tmp_path / ".kata" / "history.db") as database:
        assert not database.execute("SELECT * FROM attempt_check WHERE mistake IS NOT NULL").fetchall()
    database.close()


def test_what_the_solution_raises_is_told(kata: Kata, begun: list[str], tmp_path: Path) -> None:
    (tmp_path / catalog.find(begun[0]).file_name).write_text("import numpy as np\n1 / 0\n", encoding="utf-8")
    assert "ZeroDivisionError" in kata("check", begun[0]).stdout


@pytest.mark.parametrize("command", ["hint", "solution --yes", "diff", "start --again", "hunt"])
def test_what_would_help_is_refused(kata: Kata, begun: list[str], command: str, tmp_path: Path) -> None:
    verb, *options = command.split()
    before = sorted(tmp_path.iterdir())
    refused = kata(verb, begun[0], *options)
    assert refused.returncode == 2
    assert "interview" in refused.stderr
    assert refused.stdout == ""
    assert sorted(tmp_path.iterdir()) == before


def test_other_katas_go_on_as_ever(kata: Kata, begun: list[str]) -> None:
    other = next(name for name in ("relu", "sigmoid", "linear") if name not in begun)
    assert kata("start", other).returncode == 0
    assert kata("hint", other).returncode == 0


def test_without_a_name_the_file_that_was_saved_last_is_judged(kata: Kata, begun: list[str], tmp_path: Path) -> None:
    assert catalog.find(begun[0]).file_name in kata("check").stdout  # the warm-up, as long as none was touched
    for name in (begun[2], begun[1]):
        solve(name, tmp_path)
        assert catalog.find(name).file_name in kata("check", "--no-timing").stdout


def test_status_tells_time_and_state(kata: Kata, begun: list[str], tmp_path: Path) -> None:
    solve(begun[0], tmp_path)
    kata("check", begun[0], "--no-timing")
    make_wrong(begun[1], tmp_path)
    kata("check", begun[1])
    told = kata("interview", "status").stdout.splitlines()
    assert "solved at 0:" in told[0]
    assert "best score" in told[1]
    assert "not checked yet" in told[2]
    assert re.search(r"44:\d\d of 45 min left", told[3])


def test_the_scorecard_tells_scores_mistakes_and_what_is_next(kata: Kata, begun: list[str], tmp_path: Path) -> None:
    solve(begun[0], tmp_path)
    assert kata("check", begun[0]).returncode == 0
    headline = make_wrong(begun[1], tmp_path)
    ended = kata("interview", "end", "--yes", columns=100)
    assert ended.returncode == 0, ended.stderr
    text = " ".join(ended.stdout.split())
    assert "1 of 3 solved" in text
    assert " ".join(headline.split()[:6]) in text
    assert f"kata start {begun[1]} --again" in text
    assert f"kata start {begun[0]}" not in text
    (page,) = (tmp_path / ".kata").glob("interview_*.html")
    html = page.read_text(encoding="utf-8")
    for name in begun:
        assert name in html
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#)""", html)
    assert kata("interview", "status").returncode == 2
    assert kata("hint", begun[1], "--yes").returncode == 0  # it is over


def test_end_with_time_left_asks_first(kata: Kata, begun: list[str], terminal: Callable[..., Terminal]) -> None:
    refused = kata("interview", "end")
    assert refused.returncode == 2
    assert "of 45 min are left, and 3 katas are not solved yet: pass --yes" in " ".join(refused.stderr.split())
    screen = terminal("interview", "end", NO_COLOR="1")
    screen.wait_for("of 45 min are left, and 3 katas are not solved yet. End the interview? [y/N]:")
    screen.type("n\n")
    assert screen.finish() == 0
    assert kata("interview", "status").returncode == 0
    screen = terminal("interview", "end", NO_COLOR="1")
    screen.wait_for("[y/N]:")
    screen.type("y\n")
    screen.wait_for("Interview over")
    assert screen.finish() == 0


@pytest.mark.parametrize("over", ["time", "katas"])
def test_end_does_not_ask_when_nothing_is_left(kata: Kata, begun: list[str], tmp_path: Path, over: str) -> None:
    if over == "time":
        let_the_time_run_out(tmp_path)
    else:
        for name in begun:
            solve(name, tmp_path)
            assert kata("check", name, "--no-timing").returncode == 0
    assert kata("interview", "end").returncode == 0


def test_what_is_saved_after_the_time_does_not_count(kata: Kata, begun: list[str], tmp_path: Path) -> None:
    let_the_time_run_out(tmp_path)
    solve(begun[0], tmp_path)
    checked = kata("check", begun[0], "--no-timing")
    assert "this check does not count" in " ".join(checked.stdout.split())
    assert "The 45 min are up" in kata("interview", "status").stdout
    ended = kata("interview", "end", "--yes").stdout
    assert "0 of 3 solved" in ended
    assert "45:00 of 45 min" in ended
    assert f"kata start {begun[0]} --again starts afresh" in " ".join(kata("check", begun[0]).stdout.split())


def test_a_new_interview_ends_one_whose_time_is_up_and_no_other(kata: Kata, begun: list[str], tmp_path: Path) -> None:
    assert kata("interview").returncode == 2
    let_the_time_run_out(tmp_path)
    again = kata("interview", "--seed", "4")
    assert again.returncode == 0, again.stderr
    assert "Interview over" in again.stdout
    assert len(list((tmp_path / ".kata").glob("interview_*.html"))) == 1
    assert "44:" in kata("interview", "status").stdout


def test_an_interview_that_is_over_leaves_no_dead_end(kata: Kata, begun: list[str], tmp_path: Path) -> None:
    assert kata("interview", "end", "--yes").returncode == 0
    checked = kata("check", begun[0]).stdout
    assert f"kata start {begun[0]} --again starts afresh" in " ".join(checked.split())
    assert "Clock" not in checked
    assert f"kata start {begun[0]} --again" in kata().stdout
    refused = kata("start", begun[0])
    assert refused.returncode == 2
    assert "an interview that is over" in " ".join(refused.stderr.split())
    assert kata("start", begun[0], "--again").returncode == 0
    assert "not solved yet" in kata().stdout


def test_without_an_interview_there_is_nothing_to_end(kata: Kata) -> None:
    for command in ("status", "end"):
        assert kata("interview", command).returncode == 2


def practice(solved_at: float | None) -> Practice:
    return Practice(1, PracticeKind.INTERVIEW, "linear", "linear.py", 1000.0, solved_at, None, None, 1)


def verdict(outcome: Outcome, diagnosis: tuple[Diagnosis, ...] = ()) -> Verdict:
    check = CheckResult("TestForward::test_values", "values", outcome, diagnosis=diagnosis)
    return Verdict("linear", "linear.py", 0, (GroupResult("forward", 100, (check,)),))


INTERVIEW = OpenInterview(1, 1000.0, 10, 0, None)


def test_only_attempts_within_the_time_count() -> None:
    attempts = tuple(
        PastAttempt(i, 1, PracticeKind.INTERVIEW, "linear", at, score, score == 100, ratio)
        for i, (at, score, ratio) in enumerate([(1100.0, 40, None), (1500.0, 70, 2.5), (1700.0, 100, 1.0)])
    )
    result = make_result(CORE, Sitting(practice(1700.0), 0, attempts), None, INTERVIEW)
    assert (result.score, result.solved_after, result.checks, result.ratio) == (70, None, 2, 2.5)


def test_a_file_that_was_never_checked_counts_as_it_was_saved() -> None:
    final = Final(verdict(Outcome.PASSED), 1300.0)
    result = make_result(CORE, Sitting(practice(None), 0, ()), final, INTERVIEW)
    assert (result.score, result.solved_after, result.checks) == (100, 300.0, 0)


def test_the_page_escapes_what_it_is_given() -> None:
    bad = Diagnosis("Bad", "<script>alert(1)</script>\nand `x < y`")
    final = Final(verdict(Outcome.FAILED, (bad,)), 1300.0)
    result = make_result(CORE, Sitting(practice(None), 0, ()), final, INTERVIEW)
    html = scorecard_page(make_scorecard(INTERVIEW, [result], frozenset(), (), 400.0))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<code>x &lt; y</code>" in html


def test_advice_names_what_a_kata_needs_before_the_kata_itself() -> None:
    failed = make_result(HARD, Sitting(practice(None), 0, ()), None, INTERVIEW)
    card = make_scorecard(INTERVIEW, [failed], {"linear"}, ("conv2d",), 60.0)
    assert [advice.command for advice in card.advice] == ["kata start im2col", "kata start conv2d --again"]
    card = make_scorecard(INTERVIEW, [failed], {"linear"}, ("conv2d", "im2col"), 60.0)
    assert card.advice[0].command == "kata start im2col --again", "without --again it is refused"
    assert card.score == 0
