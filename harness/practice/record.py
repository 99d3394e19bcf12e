"""A learner's whole history as plain data, for everything that looks back: status, suggestions, the report.

`history` writes the database and answers the small questions of a command; this module reads it all at one moment.
Interviews and hunts are kept apart: a kata's record holds only the kinds of practice that count for it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from harness.practice.history import History, Practice, practice_of_row
from harness.practice.kind import COUNTING_MISTAKES, PracticeKind, in_sql


class KataState(StrEnum):
    """How far a learner is with a kata."""

    NEW = "new"
    STARTED = "started"
    REVEALED = "revealed"  # the reference was shown, and no check ever passed
    SOLVED = "solved"


@dataclass(frozen=True)
class PastAttempt:
    """One `kata check`. `at` is seconds since 1970; `ratio` is the time over the reference's, if it was measured."""

    id: int
    practice: int | None
    kind: PracticeKind
    kata: str
    at: float
    score: int
    passed: bool
    ratio: float | None


@dataclass(frozen=True)
class Sitting:
    """A practice with what happened in it: its attempts in order, and how many hints and explanations helped to solve it."""

    practice: Practice
    hints: int
    attempts: tuple[PastAttempt, ...]

    @property
    def is_open(self) -> bool:
        """Whether it was neither solved nor given up."""
        return self.practice.solved_at is None and self.practice.revealed_at is None

    @property
    def best_score(self) -> int | None:
        return max((attempt.score for attempt in self.attempts), default=None)


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass; `message` may quote the solution."""

    title: str
    message: str


@dataclass(frozen=True)
class KataRecord:
    """Everything done at one kata.

    Attributes:
        sittings: the practices of it, oldest first.
        attempts: every check of it, oldest first, those outside a practice included.
        failing: what the latest attempt failed at.
    """

    kata: str
    sittings: tuple[Sitting, ...] = ()
    attempts: tuple[PastAttempt, ...] = ()
    failing: tuple[FailedCheck, ...] = ()

    @property
    def state(self) -> KataState:
        if any(attempt.passed for attempt in self.attempts):
            return KataState.SOLVED
        if any(sitting.practice.revealed_at for sitting in self.sittings):
            return KataState.REVEALED
        return KataState.STARTED if self.sittings or self.attempts else KataState.NEW

    @property
    def open_sitting(self) -> Sitting | None:
        """The latest sitting, if it is open."""
        return self.sittings[-1] if self.sittings and self.sittings[-1].is_open else None

    @property
    def is_unfinished(self) -> bool:
        """Whether it was started, or started again, and neither solved nor given up since."""
        return self.open_sitting is not None or self.state is KataState.STARTED

    @property
    def best_score(self) -> int | None:
        return max((attempt.score for attempt in self.attempts), default=None)

    @property
    def best_ratio(self) -> float | None:
        """The fastest time over the reference's."""
        return min((attempt.ratio for attempt in self.attempts if attempt.ratio is not None), default=None)

    @property
    def last_at(self) -> float | None:
        """When it was last started or checked."""
        times = [attempt.at for attempt in self.attempts[-1:]] + [s.practice.started_at for s in self.sittings[-1:]]
        return max(times, default=None)


@dataclass(frozen=True)
class MadeMistake:
    """A mistake of the bank that was diagnosed: in how many sittings, and when last."""

    kata: str
    name: str
    sittings: int
    last_at: float


@dataclass(frozen=True)
class Interview:
    """A mock interview and its sittings."""

    id: int
    started_at: float
    ended_at: float | None
    minutes: int
    topic: str | None
    sittings: tuple[Sitting, ...]


@dataclass(frozen=True)
class Record:
    """Everything in the history, at one moment.

    Attributes:
        katas: by name; a kata that was never touched is missing; `of` gives an empty record for it.
        mistakes: those made most often first; what was planted in a hunt does not count.
        active: when anything was started or checked, of any kind, oldest first.
    """

    katas: dict[str, KataRecord]
    hunts: tuple[Sitting, ...]
    interviews: tuple[Interview, ...]
    mistakes: tuple[MadeMistake, ...]
    active: tuple[float, ...]

    def of(self, kata: str) -> KataRecord:
        """What was done at one kata."""
        return self.katas.get(kata) or KataRecord(kata)

    def solved(self) -> frozenset[str]:
        """The names of the katas that were ever solved."""
        return frozenset(name for name, record in self.katas.items() if record.state is KataState.SOLVED)


EMPTY = Record({}, (), (), (), ())


def read_record(history: History | None, names: Collection[str]) -> Record:
    """Read everything about the katas of those names; an empty record if there is no history.

    What the history holds of a kata that no longer exists is left out.
    """
    if history is None:
        return EMPTY
    with history.snapshot() as database:
        attempts = [
            PastAttempt(number, practice, PracticeKind(kind), kata, at, score, bool(passed), ratio)
            for number, practice, kind, kata, at, score, passed, ratio in database.execute(ATTEMPTS)
            if kata in names
        ]
        sittings = [sitting for sitting in _sittings(database, attempts) if sitting.practice.kata in names]
        interviews = [
            Interview(number, started, ended, minutes, topic, tuple(s for s in sittings if s.practice.interview == number))
            for number, started, ended, minutes, topic in database.execute(INTERVIEWS)
        ]
        katas = _by_kata(sittings, attempts)
        katas = {name: replace(record, failing=_failing(database, record)) for name, record in katas.items()}
        mistakes = tuple(MadeMistake(*row) for row in database.execute(MISTAKES) if row[0] in names)
    return Record(
        katas=katas,
        hunts=_hunts(sittings),
        interviews=tuple(interviews),
        mistakes=mistakes,
        active=tuple(sorted([a.at for a in attempts] + [s.practice.started_at for s in sittings])),
    )


ATTEMPTS = "SELECT id, practice, kind, kata, at, score, passed, ratio FROM attempt ORDER BY at, id"
INTERVIEWS = "SELECT id, started_at, ended_at, minutes, topic FROM interview ORDER BY started_at, id"
HINTS = """
    SELECT practice, count(*) FROM (SELECT practice, at FROM hint UNION ALL SELECT practice, at FROM explanation) AS help
    JOIN practice ON practice.id = help.practice
    WHERE solved_at IS NULL OR at <= solved_at GROUP BY practice
"""
MISTAKES = f"""
    SELECT attempt.kata, mistake, count(DISTINCT coalesce(practice, 0)) AS sittings, max(at) AS last_at
    FROM attempt_mistake JOIN attempt ON attempt.id = attempt_mistake.attempt
    WHERE kind IN {in_sql(COUNTING_MISTAKES)}
    GROUP BY attempt.kata, mistake ORDER BY sittings DESC, last_at DESC, attempt.kata, mistake
"""


def _sittings(database: sqlite3.Connection, attempts: Iterable[PastAttempt]) -> list[Sitting]:
    hints: dict[int, int] = dict(database.execute(HINTS))
    of_practice: dict[int | None, list[PastAttempt]] = defaultdict(list)
    for attempt in attempts:
        of_practice[attempt.practice].append(attempt)
    practices = [practice_of_row(row) for row in database.execute("SELECT * FROM practice ORDER BY started_at, id")]
    return [Sitting(p, hints.get(p.id, 0), tuple(of_practice[p.id])) for p in practices]


def _hunts(sittings: Sequence[Sitting]) -> tuple[Sitting, ...]:
    """The bug hunts, without those that another one in the same kata replaced before they were ever checked."""
    hunts = [sitting for sitting in sittings if sitting.practice.kind is PracticeKind.HUNT]
    latest = {hunt.practice.kata: hunt.practice.id for hunt in hunts}
    return tuple(hunt for hunt in hunts if hunt.attempts or hunt.practice.id == latest[hunt.practice.kata])


def _by_kata(sittings: Sequence[Sitting], attempts: Sequence[PastAttempt]) -> dict[str, KataRecord]:
    sittings = [sitting for sitting in sittings if sitting.practice.kind.policy.counts]
    attempts = [attempt for attempt in attempts if attempt.kind.policy.counts]
    return {
        name: KataRecord(
            name,
            tuple(sitting for sitting in sittings if sitting.practice.kata == name),
            tuple(attempt for attempt in attempts if attempt.kata == name),
        )
        for name in sorted({s.practice.kata for s in sittings} | {a.kata for a in attempts})
    }


def _failing(database: sqlite3.Connection, record: KataRecord) -> tuple[FailedCheck, ...]:
    if not record.attempts:
        return ()
    rows = database.execute(
        "SELECT title, message FROM attempt_check WHERE attempt = ? AND outcome NOT IN ('passed', 'blocked') ORDER BY rowid",
        (record.attempts[-1].id,),
    )
    return tuple(FailedCheck(*row) for row in rows)
