"""What the learner did, in `.kata/history.db`: every start, check, hint and reveal, and the small questions about them.

A *practice* is one sitting at one kata, hunt or interview kata: from `start` to the first check that passes. Checks, hints
and reveals belong to the practice that was open when they happened. Commands call it; `record` reads all of it at once.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import catalog
from harness.judge.verdict import Outcome, Verdict
from harness.practice.database import Database
from harness.practice.kind import COUNTING, PracticeKind, in_sql
from harness.practice.stopwatch import Pause, resumed, running

COUNTING_KINDS = in_sql(COUNTING)

ATTEMPT_SECONDS = 60.0
"""Checks that follow each other within this time are one attempt."""


@dataclass(frozen=True)
class Practice:
    """One sitting. Times are seconds since 1970; `file` is relative to the workspace.

    Attributes:
        planted: names of the mistakes of a hunt, with commas between, as the history keeps them.
        counted: seconds on its clock up to `seen_at`.
        seen_at: the last sign of life, or the moment at which the clock was stopped.
        stopped: whether the clock stands still, as it does while another kata is practised.
    """

    id: int
    kind: PracticeKind
    kata: str
    file: str
    started_at: float
    solved_at: float | None
    revealed_at: float | None
    planted: str | None
    interview: int | None
    counted: float = 0.0
    seen_at: float = 0.0
    stopped: bool = False

    @property
    def planted_names(self) -> tuple[str, ...]:
        """The mistakes that a hunt planted."""
        return tuple(self.planted.split(",")) if self.planted else ()

    def clock_seconds(self, now: float | None = None) -> float:
        """The time on its clock. It ends once solved; in an interview it never stops before.

        The machine's clock may be set back meanwhile: then none of it counts.
        """
        if self.kind is PracticeKind.INTERVIEW:
            return max(0.0, (self.solved_at or now or time.time()) - self.started_at)
        if self.stopped or self.solved_at is not None:
            return self.counted
        return self.counted + max(0.0, (now or time.time()) - self.seen_at)


@dataclass(frozen=True)
class Hunt:
    """What was agreed for a bug hunt: `minutes` on the clock, or None; whether only `symptoms` are told."""

    minutes: int | None = None
    symptoms: bool = False


@dataclass(frozen=True)
class OpenInterview:
    """An interview that has not been ended; its time may be up. Times are seconds since 1970.

    `chain` names the kata that a staged interview began with: its practices are the stages that were reached.
    """

    id: int
    started_at: float
    minutes: int
    seed: int
    topic: str | None
    chain: str | None = None

    @property
    def deadline(self) -> float:
        """When its time is up."""
        return self.started_at + 60 * self.minutes


def practice_of_row(row: tuple[Any, ...]) -> Practice:
    """A practice from all columns of its table."""
    number, kind, *rest = row
    rest[-1] = bool(rest[-1])  # SQLite has no booleans
    return Practice(number, PracticeKind(kind), *rest)


@dataclass(frozen=True)
class Touched:
    """A solution that was started, checked, watched or given a hint, and the sitting that it belongs to, if any."""

    kata: str
    file: str
    practice: Practice | None


class History:
    """The learner's record in one workspace.

    Args:
        file: the database, in a folder of the workspace that must exist. It is made, migrated or set aside as needed.
        clock: gives the time, in seconds since 1970, UTC.

    Raises:
        UnusableHistory: the file cannot be used now, or was written by a newer version; any later writing may raise it too.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._database = Database(file)
        self._workspace = file.absolute().parents[1]
        self._clock = clock

    @property
    def notice(self) -> str:
        """A sentence for the learner when a damaged file was set aside, else empty."""
        return self._database.notice

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # what happened

    def start(
        self,
        kata: str,
        file: str,
        kind: PracticeKind = PracticeKind.KATA,
        planted: Sequence[str] = (),
        hunt: Hunt | None = None,
        interview: int | None = None,
    ) -> Practice:
        """Start a new practice, and its clock; all other clocks stop."""
        now = self._clock()
        with self._database.transaction() as database:
            self._touch(database, kata, file, None, now)
            cursor = database.execute(
                "INSERT INTO practice (kind, kata, file, started_at, planted, interview, seen_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (kind, kata, file, now, ",".join(planted) or None, interview, now),
            )
            if hunt is not None:
                database.execute("INSERT INTO hunt VALUES (?, ?, ?)", (cursor.lastrowid, hunt.minutes, hunt.symptoms))
        return self.practice(cursor.lastrowid or 0)

    def touch(self, kata: str, file: str, practice: Practice | None) -> tuple[Pause, ...]:
        """A command is about that file: its clock runs, and all others stop. Returns the pauses since the last command."""
        now = self._clock()
        with self._database.transaction() as database:
            self._touch(database, kata, file, practice, now)
            return self._see(database, practice.id, now) if practice else ()

    def pause(self, practice: Practice) -> None:
        """Stop its clock, until the file is touched or saved again."""
        now = self._clock()
        with self._database.transaction() as database:
            self._see(database, practice.id, now)
            database.execute("UPDATE practice SET stopped = 1 WHERE id = ?", (practice.id,))

    def is_paused(self, practice: Practice) -> bool:
        """Whether its clock was stopped, and its file has not been saved since."""
        saved_at = self._saved_at(practice.file)
        return practice.stopped and (saved_at is None or saved_at <= practice.seen_at)

    def _touch(self, database: sqlite3.Connection, kata: str, file: str, practice: Practice | None, now: float) -> None:
        """Make a file the one touched last, and stop every clock but its practice's."""
        database.execute("INSERT OR REPLACE INTO touched VALUES (?, ?, ?)", (file, kata, now))
        others = "SELECT id FROM practice WHERE NOT stopped AND solved_at IS NULL AND kind <> ? AND id <> ?"
        for (number,) in database.execute(others, (PracticeKind.INTERVIEW, practice.id if practice else 0)).fetchall():
            self._see(database, number, now)
            database.execute("UPDATE practice SET stopped = 1 WHERE id = ?", (number,))

    def _see(self, database: sqlite3.Connection, number: int, now: float) -> tuple[Pause, ...]:
        """A sign of life of an open practice: what counts of the time since the last one goes onto its clock."""
        practice = practice_of_row(database.execute("SELECT * FROM practice WHERE id = ?", (number,)).fetchone())
        if practice.solved_at is not None or practice.kind is PracticeKind.INTERVIEW:
            return ()
        saved_at = self._saved_at(practice.file)
        if practice.stopped:
            stretch = resumed(practice.seen_at, now, saved_at)
        else:
            stretch = running(practice.seen_at, now, saved_at, _par_minutes(practice.kata))
        database.execute(
            "UPDATE practice SET counted = counted + ?, seen_at = ?, stopped = 0 WHERE id = ?",
            (stretch.seconds, now, number),
        )
        return stretch.pauses

    def _saved_at(self, file: str) -> float | None:
        try:
            return (self._workspace / file).stat().st_mtime
        except OSError:
            return None

    def begin_interview(
        self, minutes: int, seed: int, topic: str | None, katas: Sequence[tuple[str, str]], chain: str | None = None
    ) -> OpenInterview:
        """Start an interview, and a practice for each of its katas, given as (kata, file); one clock for all."""
        now = self._clock()
        with self._database.transaction() as database:
            cursor = database.execute(
                "INSERT INTO interview (started_at, minutes, seed, topic, chain) VALUES (?, ?, ?, ?, ?)",
                (now, minutes, seed, topic, chain),
            )
            number = cursor.lastrowid or 0
            for kata, file in katas:
                self._touch(database, kata, file, None, now)
                database.execute(
                    "INSERT INTO practice (kind, kata, file, started_at, interview, seen_at) VALUES (?, ?, ?, ?, ?, ?)",
                    (PracticeKind.INTERVIEW, kata, file, now, number, now),
                )
        return OpenInterview(number, now, minutes, seed, topic, chain)

    def record_answer(self, practice: Practice, choice: int, correct: bool) -> None:
        """Keep the answer to the question at the end of a stage; choices count from 1."""
        with self._database.transaction() as database:
            database.execute("INSERT INTO answer VALUES (?, ?, ?, ?)", (practice.id, choice, correct, self._clock()))

    def answer(self, practice: Practice) -> int | None:
        """The choice that was answered at the end of a stage."""
        row = self._ask("SELECT choice FROM answer WHERE practice = ?", (practice.id,)).fetchone()
        return int(row[0]) if row else None

    def end_interview(self, number: int) -> None:
        """End the interview with that id."""
        with self._database.transaction() as database:
            database.execute("UPDATE interview SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (self._clock(), number))

    def record(self, verdict: Verdict, practice: Practice | None) -> int:
        """Keep a verdict, and mark the practice as solved when it passed; returns the attempt's id."""
        now, timing = self._clock(), verdict.timing
        times = (timing.ratio, timing.low, timing.high, timing.solution_ms, timing.reference_ms) if timing else (None,) * 5
        with self._database.transaction() as database:
            cursor = database.execute(
                "INSERT INTO attempt (practice, kind, kata, at, seed, score, passed, ratio, ratio_low, ratio_high,"
                " solution_ms, reference_ms, clock_seconds, check_seconds)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    practice.id if practice else None,
                    practice.kind if practice else PracticeKind.KATA,
                    verdict.kata,
                    now,
                    verdict.seed,
                    verdict.score,
                    verdict.passed,
                    *times,
                    verdict.clock_seconds,
                    verdict.check_seconds,
                ),
            )
            attempt = cursor.lastrowid or 0
            for group in verdict.groups:
                database.execute(
                    "INSERT INTO attempt_group VALUES (?, ?, ?, ?)", (attempt, group.name, group.points, group.earned)
                )
                database.executemany(
                    "INSERT INTO attempt_check VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        (
                            attempt,
                            group.name,
                            check.name,
                            check.title,
                            str(check.outcome),
                            check.message if check.outcome is not Outcome.PASSED else "",
                            next((d.mistake for d in check.diagnosis if d.mistake), None),
                        )
                        for check in group.checks
                    ],
                )
            database.executemany(
                "INSERT INTO attempt_mistake VALUES (?, ?)", [(attempt, mistake) for mistake in verdict.mistakes]
            )
            if practice:
                database.execute(
                    "UPDATE practice SET counted = counted + max(0.0, ? - seen_at), seen_at = ?"
                    " WHERE id = ? AND solved_at IS NULL AND NOT stopped",
                    (now, now, practice.id),
                )
            if practice and verdict.passed:
                database.execute("UPDATE practice SET solved_at = ? WHERE id = ? AND solved_at IS NULL", (now, practice.id))
        return attempt

    def record_hint(self, practice: Practice, number: int) -> None:
        """Remember that the hint with that number (from 1) was shown."""
        with self._database.transaction() as database:
            database.execute("INSERT OR IGNORE INTO hint VALUES (?, ?, ?)", (practice.id, number, self._clock()))

    def take_hint(self, practice: Practice, groups: Sequence[str]) -> int:
        """The number, from 1, of the hint to show now: one for a group that fails, else any; after the last the same again.

        Args:
            practice: whose hints, and whose last attempt.
            groups: for each hint the group of checks that it helps.
        """
        shown = [
            row[0] for row in self._ask("SELECT number FROM hint WHERE practice = ? ORDER BY at, rowid", (practice.id,))
        ]
        left = [number for number in range(1, len(groups) + 1) if number not in shown]
        if not left:
            return int(shown[-1])
        helpful = [number for group in self._failing_groups(practice) for number in left if groups[number - 1] == group]
        number = (helpful or left)[0]
        self.record_hint(practice, number)
        return number

    def _failing_groups(self, practice: Practice) -> list[str]:
        """The groups that lost points in the last attempt."""
        last = "(SELECT max(id) FROM attempt WHERE practice = ?)"
        rows = self._ask(
            f"SELECT name FROM attempt_group WHERE attempt = {last} AND earned < points ORDER BY rowid", (practice.id,)
        )
        return [name for (name,) in rows]

    def record_explanation(self, practice: Practice, mistake: str) -> None:
        """A mistake was explained because the learner asked: that counts as a hint."""
        with self._database.transaction() as database:
            database.execute("INSERT OR IGNORE INTO explanation VALUES (?, ?, ?)", (practice.id, mistake, self._clock()))

    def record_reveal(self, practice: Practice) -> None:
        """Remember that the reference was shown."""
        with self._database.transaction() as database:
            database.execute(
                "UPDATE practice SET revealed_at = ? WHERE id = ? AND revealed_at IS NULL", (self._clock(), practice.id)
            )

    # what is known

    def practice(self, number: int) -> Practice:
        """The practice with that id."""
        row = self._ask("SELECT * FROM practice WHERE id = ?", (number,)).fetchone()
        return practice_of_row(row)

    def current(self, kata: str, kind: PracticeKind = PracticeKind.KATA) -> Practice | None:
        """The practice of a kata that was started last."""
        row = self._ask(
            "SELECT * FROM practice WHERE kata = ? AND kind = ? ORDER BY started_at DESC, id DESC LIMIT 1", (kata, kind)
        ).fetchone()
        return practice_of_row(row) if row else None

    def last_started(self) -> Practice | None:
        """The practice that was started last, of any kata and kind."""
        row = self._ask("SELECT * FROM practice ORDER BY started_at DESC, id DESC LIMIT 1").fetchone()
        return practice_of_row(row) if row else None

    def last_touched(self) -> Touched | None:
        """The solution that was started, checked, watched or given a hint last."""
        row = self._ask("SELECT kata, file FROM touched ORDER BY at DESC, rowid DESC LIMIT 1").fetchone()
        return Touched(row[0], row[1], self.of_file(row[1])) if row else None

    def of_file(self, file: str) -> Practice | None:
        """The latest practice whose solution is that file, relative to the workspace."""
        row = self._ask(
            "SELECT * FROM practice WHERE file = ? ORDER BY started_at DESC, id DESC LIMIT 1", (file,)
        ).fetchone()
        return practice_of_row(row) if row else None

    def open_interview(self) -> OpenInterview | None:
        """The interview that was started last, unless it has been ended."""
        row = self._ask(
            "SELECT id, started_at, minutes, seed, topic, chain, ended_at FROM interview"
            " ORDER BY started_at DESC, id DESC LIMIT 1"
        ).fetchone()
        return OpenInterview(*row[:6]) if row and row[6] is None else None

    def running_interview(self) -> OpenInterview | None:
        """The interview whose time is running, if there is one."""
        interview = self.open_interview()
        return interview if interview and self._clock() <= interview.deadline else None

    def in_interview(self, number: int) -> list[Practice]:
        """The practices of an interview, in the order in which its katas were drawn."""
        rows = self._ask("SELECT * FROM practice WHERE interview = ? ORDER BY id", (number,))
        return [practice_of_row(row) for row in rows]

    def planted(self, kata: str) -> set[str]:
        """The mistakes that hunts have planted in a kata so far."""
        rows = self._ask("SELECT DISTINCT planted FROM practice WHERE kata = ? AND planted IS NOT NULL", (kata,))
        return {name for (names,) in rows for name in names.split(",")}

    def hunt(self, practice: Practice) -> Hunt:
        """What was agreed for a bug hunt."""
        row = self._ask("SELECT minutes, symptoms FROM hunt WHERE practice = ?", (practice.id,)).fetchone()
        return Hunt(row[0], bool(row[1])) if row else Hunt()

    def asked_for(self, practice: Practice) -> set[str]:
        """The mistakes that were explained in it because the learner asked."""
        return {name for (name,) in self._ask("SELECT mistake FROM explanation WHERE practice = ?", (practice.id,))}

    def has_hunted(self) -> bool:
        """Whether a bug hunt was ever started here."""
        return self._ask("SELECT 1 FROM practice WHERE kind = ? LIMIT 1", (PracticeKind.HUNT,)).fetchone() is not None

    def hints_seen(self, practice: Practice) -> int:
        """How many hints were shown in it."""
        row = self._ask("SELECT count(*) FROM hint WHERE practice = ?", (practice.id,)).fetchone()
        return int(row[0])

    def explained(self, practice: Practice) -> set[str]:
        """The mistakes that the learner may be told about again: asked for, or shown by an earlier attempt already.

        Checks within a minute are one attempt.
        """
        asked = self._ask("SELECT mistake FROM explanation WHERE practice = ?", (practice.id,))
        earlier = self._ask(
            "SELECT mistake FROM attempt_mistake JOIN attempt ON attempt.id = attempt WHERE practice = ? AND at < ?",
            (practice.id, self._clock() - ATTEMPT_SECONDS),
        )
        return {mistake for (mistake,) in (*asked, *earlier)}

    def mistakes_of(self, practice: Practice) -> set[str]:
        """The mistakes that its attempts showed."""
        rows = self._ask(
            "SELECT mistake FROM attempt_mistake JOIN attempt ON attempt.id = attempt WHERE practice = ?", (practice.id,)
        )
        return {mistake for (mistake,) in rows}

    def was_solved(self, kata: str) -> bool:
        """Whether any check of the kata ever passed."""
        return self._any(f"SELECT 1 FROM attempt WHERE kata = ? AND kind IN {COUNTING_KINDS} AND passed LIMIT 1", kata)

    def was_revealed(self, kata: str) -> bool:
        """Whether its reference was ever shown."""
        return self._any("SELECT 1 FROM practice WHERE kata = ? AND revealed_at IS NOT NULL LIMIT 1", kata)

    def best_scores(self) -> dict[str, int]:
        """The best score of each kata that was ever checked."""
        rows = self._ask(f"SELECT kata, max(score) FROM attempt WHERE kind IN {COUNTING_KINDS} GROUP BY kata")
        return {kata: int(score) for kata, score in rows}

    def _ask(self, query: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._database.reader.execute(query, parameters)

    def _any(self, query: str, kata: str) -> bool:
        return self._ask(query, (kata,)).fetchone() is not None

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """The database for writing, all of it or nothing; for `exchange`."""
        return self._database.transaction()

    def take_over(self, database: sqlite3.Connection, kata: str, file: str, at: float) -> None:
        """A practice came from elsewhere: its file counts as touched then, if it came along."""
        if (self._workspace / file).is_file():
            database.execute(
                "INSERT INTO touched VALUES (?, ?, ?) ON CONFLICT (file) DO UPDATE SET at = max(at, excluded.at)",
                (file, kata, at),
            )

    def snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """The database for reading, as of one moment; for `record`."""
        return self._database.snapshot()


def _par_minutes(kata: str) -> float:
    """The kata's par time; none where it no longer exists."""
    try:
        return catalog.find(kata).par_minutes
    except catalog.UnknownKata:
        return 0.0
