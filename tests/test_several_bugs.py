"""Hunts with several bugs: none hides another, the verdict counts those that are left, and `kata why` explains one."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from harness import catalog
from harness.authoring.planting import TooFew, Trial, draw_mistakes
from harness.judge.bank import Mistake, compose, find_mistake, load_bank, names_in
from harness.judge.collect import collect_checks
from harness.judge.diagnosis import left_of
from harness.judge.replay import Attempt, Check, run_check
from harness.judge.verdict import Outcome
from harness.sandbox.local import LocalBackend

Kata = Callable[..., subprocess.CompletedProcess[str]]

CONV = catalog.find("conv2d")
CHECKS = collect_checks(CONV)
DRAWN = draw_mistakes(CONV, 4, (), seed=1)


def attempts_of(source: str, checks: tuple[Check, ...] = CHECKS) -> list[tuple[Check, Attempt]]:
    backend = LocalBackend(names_in(source, "a test's solution"))
    return [(check, run_check(check, backend, "conv2d.py", 0)) for check in checks]


def subsets(mistakes: list[Mistake]) -> list[tuple[Mistake, ...]]:
    return [some for size in range(1, len(mistakes) + 1) for some in combinations(mistakes, size)]


def test_a_seed_draws_the_same_mistakes_again_and_another_seed_others() -> None:
    assert draw_mistakes(CONV, 4, (), seed=1) == DRAWN
    assert len({tuple(m.name for m in draw_mistakes(CONV, 2, (), seed)) for seed in range(6)}) > 3


def test_what_was_hunted_before_comes_last() -> None:
    bank = load_bank(CONV.module)
    hunted = {mistake.name for mistake in bank[2:]}
    assert draw_mistakes(CONV, 1, hunted, seed=0)[0] in bank[:2]


def test_a_bank_that_is_too_small_is_said() -> None:
    with pytest.raises(TooFew, match="step holds no 4 mistakes"):
        draw_mistakes(catalog.find("step"), 4, (), seed=0)


@pytest.mark.parametrize("seed", range(3))
def test_a_short_bank_is_tried_in_several_orders(seed: int) -> None:
    assert len(draw_mistakes(catalog.find("softmax"), 4, (), seed)) == 4


@pytest.mark.parametrize("some", subsets(DRAWN), ids=lambda some: " ".join(m.name for m in some))
def test_whichever_mistakes_are_left_they_are_noticed_and_counted(some: tuple[Mistake, ...]) -> None:
    attempts = attempts_of(compose(some))
    assert any(attempt.outcome is not Outcome.PASSED for _, attempt in attempts)
    left = left_of(attempts, DRAWN, 0, seconds=60)
    assert left.mistakes == some
    assert left.exact


def test_fixing_any_one_changes_what_fails() -> None:
    def failing(mistakes: list[Mistake]) -> dict[str, str]:
        attempts = attempts_of(compose(mistakes))
        return {check.name: attempt.message for check, attempt in attempts if attempt.outcome is not Outcome.PASSED}

    everything = failing(DRAWN)
    for fixed in DRAWN:
        assert failing([mistake for mistake in DRAWN if mistake is not fixed]) != everything


def test_a_mistake_that_no_check_notices_is_not_planted() -> None:
    gradient = find_mistake(CONV.module, "batch-only-bias-gradient")
    assert not Trial([check for check in CHECKS if check.group == "forward"]).can_join(gradient, [])
    assert Trial(CHECKS).can_join(gradient, [])


def test_a_mistake_that_hides_another_is_not_planted_with_it() -> None:
    """A layer that never trains never uses the momentum of its running statistics."""
    batchnorm = catalog.find("batchnorm1d")
    trial = Trial(collect_checks(batchnorm))
    hiding, hidden = (find_mistake(batchnorm.module, name) for name in ("evaluation-by-default", "ignored-momentum"))
    assert hiding.composes_with(hidden)
    assert trial.can_join(hiding, [])
    assert trial.can_join(hidden, [])
    assert not trial.can_join(hidden, [hiding])


def test_a_change_of_the_learners_own_is_not_taken_for_what_was_planted() -> None:
    own = compose([find_mistake(CONV.module, "flipped-kernel")])
    planted = [mistake for mistake in DRAWN if mistake.name != "flipped-kernel"]
    left = left_of(attempts_of(own), planted, 0, seconds=60)
    assert left.mistakes == ()
    assert not left.exact


@pytest.fixture
def planted(kata: Kata, tmp_path: Path) -> list[Mistake]:
    """A hunt for three mistakes in the test's folder."""
    started = kata("hunt", "conv2d", "--bugs", "3", "--seed", "1", "--yes")
    assert started.returncode == 0, started.stderr
    assert "3 mistakes planted" in started.stdout
    with sqlite3.connect(tmp_path / ".kata" / "history.db") as database:
        ((names,),) = database.execute("SELECT planted FROM practice").fetchall()
    database.close()
    return [find_mistake(CONV.module, name) for name in names.split(",")]


def test_the_verdict_counts_what_is_left_and_names_nothing(kata: Kata, planted: list[Mistake], tmp_path: Path) -> None:
    file = tmp_path / "hunt_conv2d.py"
    for count in (3, 2, 1):
        file.write_text(compose(planted[:count]), encoding="utf-8")
        shown = kata("check")
        verdict = json.loads(kata("check", "--json").stdout)
        assert verdict["hunt"] == {"planted": 3, "left": count, "exact": True}
        assert f"{'All' if count == 3 else count} {'' if count == 3 else 'of the '}3 planted mistakes" in shown.stdout
        assert not any(mistake.name in json.dumps(verdict) for mistake in planted)


def test_a_solved_hunt_explains_all_that_was_planted(kata: Kata, planted: list[Mistake], tmp_path: Path) -> None:
    text = CONV.reference_file.read_text(encoding="utf-8")
    (tmp_path / "hunt_conv2d.py").write_text(text, encoding="utf-8")
    checked = kata("check", "--no-timing")
    assert checked.returncode == 0
    assert "You found all 3 planted mistakes." in checked.stdout
    told = " ".join(checked.stdout.split())
    for number, mistake in enumerate(planted, start=1):
        assert f"Planted mistake {number} of 3" in told
        assert " ".join(mistake.headline.split()[:5]) in told
    assert kata("diff").returncode == 0


def test_why_explains_one_until_it_is_fixed_and_it_counts(kata: Kata, planted: list[Mistake], tmp_path: Path) -> None:
    def explained(text: str) -> list[Mistake]:
        return [mistake for mistake in planted if " ".join(mistake.headline.split()[:5]) in " ".join(text.split())]

    first = explained(kata("why").stdout)
    assert len(first) == 1
    assert explained(kata("why").stdout) == first
    rest = [mistake for mistake in planted if mistake not in first]
    (tmp_path / "hunt_conv2d.py").write_text(compose(rest), encoding="utf-8")
    second = explained(kata("why").stdout)
    assert len(second) == 1
    assert second[0] in rest
    (tmp_path / "hunt_conv2d.py").write_text(CONV.reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    assert "3 planted mistakes, 2 of them with kata why" in kata("check", "--no-timing").stdout


def test_reset_plants_all_of_them_again(kata: Kata, planted: list[Mistake], tmp_path: Path) -> None:
    file = tmp_path / "hunt_conv2d.py"
    before = file.read_text(encoding="utf-8")
    file.write_text("lost", encoding="utf-8")
    assert kata("reset").returncode == 0
    assert file.read_text(encoding="utf-8") == before


def test_the_clock_of_a_hunt_counts_down_and_says_when_the_time_is_up(kata: Kata, tmp_path: Path) -> None:
    assert "20 min are left" in " ".join(kata("hunt", "relu", "--minutes", "20", "--yes").stdout.split())
    assert "of 20 min, 19:5" in kata("check").stdout
    with sqlite3.connect(tmp_path / ".kata" / "history.db") as database:
        database.execute("UPDATE practice SET started_at = started_at - 1300")
    database.close()
    assert "of 20 min, the time is up" in kata("check").stdout


def test_bugs_and_a_numbered_mistake_exclude_each_other(kata: Kata, tmp_path: Path) -> None:
    assert kata("hunt", "relu", "--bugs", "2", "--mistake", "1", "--yes").returncode == 2
    assert kata("hunt", "relu", "--bugs", "5", "--yes").returncode == 2
    assert kata("hunt", "step", "--bugs", "4", "--yes").returncode == 2
    assert not (tmp_path / "hunt_step.py").exists()
