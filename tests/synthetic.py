"""Writes histories for tests: a learner whose clock is set by hand and whose verdicts are made up, in a real `History`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from harness import catalog
from harness.catalog import Kata
from harness.judge.bank import load_bank
from harness.judge.verdict import CheckResult, Diagnosis, GroupResult, Outcome, Timing, Verdict
from harness.practice.history import History, Practice
from harness.practice.kind import PracticeKind

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
CHECKS_A_GROUP = 4
POINTS = {"forward": 40, "gradient": 40, "robustness": 20}  # of every kata: a history knows no better
MESSAGE = "out[0, 1] is 0.25, expected 0.5"


def make_verdict(
    kata: Kata, wrong: int = 0, mistake: str | None = None, ratio: float | None = None, message: str = MESSAGE
) -> Verdict:
    """A verdict in which the last `wrong` checks failed, all with that message, the first of them showing that mistake."""
    total = CHECKS_A_GROUP * len(POINTS)
    groups = []
    for position, (name, points) in enumerate(POINTS.items()):
        checks = []
        for index in range(position * CHECKS_A_GROUP, (position + 1) * CHECKS_A_GROUP):
            failed = index >= total - wrong
            shows = (Diagnosis(mistake, "an explanation"),) if failed and mistake else ()
            outcome = Outcome.FAILED if failed else Outcome.PASSED
            text = message if failed else ""
            title = f"{name} holds ({index})"
            checks.append(CheckResult(f"Test{name.title()}::test_{index}", title, outcome, text, 0.01, diagnosis=shows))
        groups.append(GroupResult(name, points, tuple(checks)))
    timing = Timing(ratio, ratio * 0.95, ratio * 1.05, ratio * 2.0, 2.0, 50) if ratio else None
    mistakes = (mistake,) if wrong and mistake else ()
    return Verdict(kata.name, kata.file_name, 0, tuple(groups), timing, check_seconds=0.3, mistakes=mistakes)


class Learner:
    """Somebody who practises in a workspace.

    Args:
        workspace: its folder; `.kata/` is made in it.
        now: the moment at which all `days_ago` end, in seconds since 1970.
    """

    def __init__(self, workspace: Path, now: float) -> None:
        (workspace / ".kata").mkdir()
        self.now = self.time = now
        self.history = History(workspace / ".kata" / "history.db", clock=lambda: self.time)

    def sit(
        self,
        name: str,
        days_ago: float,
        minutes: float = 5.0,
        wrong: Sequence[int] = (0,),
        hints: int = 0,
        revealed: bool = False,
        mistake: str | None = None,
        ratio: float | None = None,
        message: str = MESSAGE,
        kind: PracticeKind = PracticeKind.KATA,
        planted: Sequence[str] = (),
    ) -> Practice:
        """One sitting: hints first, then a check for each entry of `wrong`, evenly over the minutes, then the reveal."""
        kata = catalog.load(name)
        self.time = began = self.now - days_ago * DAY
        practice = self.history.start(name, kata.file_name, kind, planted)
        for number in range(1, hints + 1):
            self.history.record_hint(practice, number)
        for position, failed in enumerate(wrong, 1):
            self.time = began + position * minutes * MINUTE / len(wrong)
            self.check(kata, practice, failed, mistake if failed else None, None if failed else ratio, message)
        if revealed:
            self.time = began + minutes * MINUTE
            self.history.record_reveal(self.history.practice(practice.id))
        return self.history.practice(practice.id)

    def check(
        self,
        kata: Kata,
        practice: Practice | None,
        wrong: int = 0,
        mistake: str | None = None,
        ratio: float | None = None,
        message: str = MESSAGE,
    ) -> None:
        """One check, now."""
        self.history.record(make_verdict(kata, wrong, mistake, ratio, message), practice)

    def interview(self, names: Sequence[str], days_ago: float, minutes: int, topic: str | None = None) -> None:
        """An interview in which the first kata is solved and the others are not."""
        self.time = self.now - days_ago * DAY
        katas = [catalog.load(name) for name in names]
        interview = self.history.begin_interview(minutes, 0, topic, [(kata.name, kata.file_name) for kata in katas])
        for position, practice in enumerate(self.history.in_interview(interview.id)):
            self.time += minutes * MINUTE / len(katas)
            self.check(katas[position], practice, wrong=3 * position)
        self.history.end_interview(interview.id)


def practise_for_months(workspace: Path, now: float, seed: int = 0) -> Learner:
    """Four months of a diligent learner: katas solved again and again, one given up, one begun, two hunts, an interview."""
    rng, learner = random.Random(seed), Learner(workspace, now)
    katas = [kata for kata in catalog.all_katas() if kata.difficulty != "hard"]
    for position, kata in enumerate(katas[:-5]):
        bank = [mistake.name for mistake in load_bank(kata.module)]
        day, ratio, gap = 120 - position * 5.5 - rng.random() * 2, rng.uniform(2.0, 9.0), 2.0
        while day > 0:
            left = sorted((rng.randint(1, 9) for _ in range(rng.randint(0, 6))), reverse=True)
            learner.sit(
                kata.name,
                day,
                minutes=kata.par_minutes * rng.uniform(0.5, 2.2),
                wrong=[*left, 0],
                hints=rng.choice((0, 0, 0, 1, 3)),
                mistake=rng.choice(bank[:4]),
                ratio=ratio,
            )
            ratio = max(0.9, ratio * rng.uniform(0.3, 0.9))
            day, gap = day - gap * rng.uniform(0.8, 1.7), gap * 4
    learner.sit(katas[-5].name, 4.2, minutes=30, wrong=(9, 7), revealed=True)
    learner.sit(katas[-4].name, 1.1, minutes=20, wrong=(8, 5, 3))
    learner.sit("relu", 12.3, kind=PracticeKind.HUNT, planted=["missing-upstream"], wrong=(4, 0))
    learner.sit("tanh", 2.3, kind=PracticeKind.HUNT, planted=["secret-mistake"], wrong=(4,))
    learner.interview(("relu", "linear", "conv2d"), 6.0, 45)
    learner.time = now
    return learner
