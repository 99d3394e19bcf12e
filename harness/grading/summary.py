"""What all submissions of a run show together: scores, and what went wrong most often. Plain data, for every screen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from harness.catalog import Kata
from harness.judge.bank import find_mistake
from harness.judge.verdict import Cause

BINS = (*((low, low + 9) for low in range(0, 100, 10)), (100, 100))
"""Lowest and highest score of each bar of the histogram; all points have a bar to themselves."""


STOPPED = (Cause.NOT_IMPORTABLE, Cause.MISSING, Cause.TIMEOUT, Cause.OUT_OF_TIME, Cause.CRASHED)
"""Causes that say something of the whole file, where the name of a check would not."""


@dataclass(frozen=True)
class Score:
    """One submission.

    Attributes:
        file: as the results name it.
        score: of 100; None if it could not be judged.
        groups: (name, points earned) of each group; empty if it could not be judged.
        mistakes: the known mistakes that explain its failing checks.
        failing: the titles of its failing checks, in order; those that were not run are left out.
        reason: why it could not be judged.
        stopped: why it was judged and yet did not run: it cannot be imported, lacks a name, ran out of time or crashed.
    """

    file: str
    score: int | None
    groups: tuple[tuple[str, int], ...] = ()
    mistakes: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    sandbox: str = ""
    stopped: str = ""


@dataclass(frozen=True)
class Frequent:
    """Something that `count` submissions show.

    Attributes:
        name: a mistake's name, a tag or a check's title.
        headline: a mistake's first sentence; empty for others.
        tags: a mistake's.
    """

    name: str
    count: int
    headline: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """All submissions of a run.

    Attributes:
        kata: what they are submissions for.
        scores: one for each file, in the order of the files.
        mistakes, tags, checks: what submissions show, the most frequent first. A submission counts once for each.
    """

    kata: Kata
    scores: tuple[Score, ...]
    mistakes: tuple[Frequent, ...]
    tags: tuple[Frequent, ...]
    checks: tuple[Frequent, ...]

    @property
    def points(self) -> list[int]:
        """The scores of those that were judged."""
        return [score.score for score in self.scores if score.score is not None]

    @property
    def passed(self) -> int:
        """How many pass all checks."""
        return self.points.count(100)

    @property
    def unjudged(self) -> list[Score]:
        """Those that could not be judged."""
        return [score for score in self.scores if score.score is None]

    @property
    def stopped(self) -> list[Score]:
        """Those that were judged and did not run."""
        return [score for score in self.scores if score.stopped]

    @property
    def mean(self) -> float | None:
        """Of the scores; None if there are none."""
        return mean(self.points) if self.points else None

    @property
    def median(self) -> float | None:
        """Of the scores; None if there are none."""
        return median(self.points) if self.points else None

    @property
    def histogram(self) -> list[tuple[str, int]]:
        """The label of each of `BINS`, and how many scores are in it."""
        points = self.points
        return [
            (f"{low} to {high}" if low < high else f"{low}", sum(low <= score <= high for score in points))
            for low, high in BINS
        ]


def score_of(row: dict[str, Any]) -> Score:
    """What the summary keeps of a line of the results."""
    if row["reason"] is not None:
        return Score(row["file"], None, reason=row["reason"])
    checks = [check for group in row["groups"] for check in group["checks"]]
    return Score(
        row["file"],
        row["score"],
        tuple((group["name"], group["earned"]) for group in row["groups"]),
        tuple(row["mistakes"]),
        tuple(check["title"] for check in checks if check["outcome"] not in ("passed", "blocked")),
        seconds=row["check_seconds"],
        sandbox=row["sandbox"],
        stopped=next((check["message"].partition("\n")[0] for check in checks if check["cause"] in STOPPED), ""),
    )


def summarise(kata: Kata, rows: Iterable[str]) -> Summary:
    """The summary of a run, from the lines of its results."""
    scores = tuple(score_of(json.loads(row)) for row in rows)
    known = {name: find_mistake(kata.module, name) for score in scores for name in score.mistakes}
    mistakes = Counter(name for score in scores for name in score.mistakes)
    tags = Counter(tag for score in scores for tag in {tag for name in score.mistakes for tag in known[name].tags})
    checks = Counter(title for score in scores for title in dict.fromkeys(score.failing))
    return Summary(
        kata,
        scores,
        tuple(
            Frequent(name, count, known[name].explanation.partition("\n")[0], known[name].tags)
            for name, count in _most(mistakes)
        ),
        tuple(Frequent(tag, count) for tag, count in _most(tags)),
        tuple(Frequent(title, count) for title, count in _most(checks)),
    )


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
