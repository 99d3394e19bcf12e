"""What the learner did, in `.kata/history.db`: every start, check, hint and reveal.

SQLite in WAL mode, one transaction for each thing done, so that two checks at once are safe and a kill at any moment loses
at most what was in flight. The schema's version is SQLite's `user_version`; `MIGRATIONS` brings an older file up to date. A
damaged file is set aside under another name, never deleted, and a new one begun.

A *practice* is one sitting at one kata, hunt or interview kata: from `start` to the first check that passes. Checks, hints
and reveals belong to the practice that was open when they happened.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from harness.judge.verdict import Outcome, Verdict
from harness.practice.workspace import UnusableHistory

BUSY_SECONDS = 10.0

# What SQLite says of a file that is no database of ours (any more). All else, a full disk or a lock, will pass, and no file
# is set aside for it.
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)

MIGRATIONS = (
    """
    CREATE TABLE practice (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,               -- kata, hunt or interview
        kata TEXT NOT NULL,
        file TEXT NOT NULL,               -- relative to the workspace
        started_at REAL NOT NULL,         -- seconds since 1970, UTC
        solved_at REAL,                   -- the first check that passed
        revealed_at REAL,                 -- the reference was shown
        planted TEXT,                     -- the mistake of a hunt
        interview INTEGER                 -- the interview that it belongs to
    );
    CREATE INDEX practice_kata ON practice (kata, kind, id);
    CREATE TABLE hint (practice INTEGER NOT NULL REFERENCES practice, number INTEGER NOT NULL, at REAL NOT NULL,
        UNIQUE (practice, number));
    CREATE TABLE attempt (
        id INTEGER PRIMARY KEY,
        practice INTEGER REFERENCES practice,
        kind TEXT NOT NULL,
        kata TEXT NOT NULL,
        at REAL NOT NULL,
        seed INTEGER NOT NULL,
        score INTEGER NOT NULL,
        passed INTEGER NOT NULL,
        ratio REAL, ratio_low REAL, ratio_high REAL, solution_ms REAL, reference_ms REAL,
        clock_seconds REAL,
        check_seconds REAL NOT NULL
    );
    CREATE INDEX attempt_kata ON attempt (kata, at);
    CREATE TABLE attempt_group (attempt INTEGER NOT NULL REFERENCES attempt, name TEXT NOT NULL,
        points INTEGER NOT NULL, earned INTEGER NOT NULL);
    CREATE TABLE attempt_check (attempt INTEGER NOT NULL REFERENCES attempt, grp TEXT NOT NULL, name TEXT NOT NULL,
        title TEXT NOT NULL, outcome TEXT NOT NULL, message TEXT NOT NULL, mistake TEXT);
    CREATE INDEX attempt_check_attempt ON attempt_check (attempt);
    CREATE TABLE interview (id INTEGER PRIMARY KEY, started_at REAL NOT NULL, ended_at REAL, minutes INTEGER NOT NULL,
        seed INTEGER NOT NULL, topic TEXT);
    """,
)


@dataclass(frozen=True)
class Practice:
    """One sitting. Times are seconds since 1970; `file` is relative to the workspace."""

    id: int
    kind: str
    kata: str
    file: str
    started_at: float
    solved_at: float | None
    revealed_at: float | None
    planted: str | None
    interview: int | None

    def clock_seconds(self, now: float | None = None) -> float:
        """Time since the start; it stands still once solved."""
        return (self.solved_at or now or time.time()) - self.started_at


@dataclass(frozen=True)
class OpenInterview:
    """An interview that was begun and has not been ended; its time may be up. Times are seconds since 1970."""

    id: int
    started_at: float
    minutes: int
    seed: int
    topic: str | None

    @property
    def deadline(self) -> float:
        """When its time is up."""
        return self.started_at + 60 * self.minutes


class History:
    """The learner's record in one workspace.

    Args:
        file: the database; its folder must exist. It is made, migrated or set aside as needed.
        clock: tells the time, in seconds since 1970, UTC.

    Attributes:
        notice: a sentence for the learner when a damaged file was set aside, else empty.

    Raises:
        UnusableHistory: the file cannot be used now, or was written by a newer version; any later writing may raise it too.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self.notice = ""
        self._file = file
        self._clock = clock
        with self._troubles_told():
            try:
                self._database = self._open()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._database = self._begin_anew()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # what happened

    def start(
        self, kata: str, file: str, kind: str = "kata", planted: str | None = None, interview: int | None = None
    ) -> Practice:
        """A new practice begins, and its clock."""
        with self._transaction() as database:
            cursor = database.execute(
                "INSERT INTO practice (kind, kata, file, started_at, planted, interview) VALUES (?, ?, ?, ?, ?, ?)",
                (kind, kata, file, self._clock(), planted, interview),
            )
        return self.practice(cursor.lastrowid or 0)

    def begin_interview(self, minutes: int, seed: int, topic: str | None, katas: Sequence[tuple[str, str]]) -> OpenInterview:
        """An interview begins, and with it a practice for each of its katas, given as (kata, file); one clock for all."""
        now = self._clock()
        with self._transaction() as database:
            cursor = database.execute(
                "INSERT INTO interview (started_at, minutes, seed, topic) VALUES (?, ?, ?, ?)", (now, minutes, seed, topic)
            )
            number = cursor.lastrowid or 0
            database.executemany(
                "INSERT INTO practice (kind, kata, file, started_at, interview) VALUES ('interview', ?, ?, ?, ?)",
                [(kata, file, now, number) for kata, file in katas],
            )
        return OpenInterview(number, now, minutes, seed, topic)

    def end_interview(self, number: int) -> None:
        """The interview with that id is over."""
        with self._transaction() as database:
            database.execute("UPDATE interview SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (self._clock(), number))

    def record(self, verdict: Verdict, practice: Practice | None) -> int:
        """Keep a verdict, and mark the practice as solved when it passed; returns the attempt's id."""
        now, timing = self._clock(), verdict.timing
        times = (timing.ratio, timing.low, timing.high, timing.solution_ms, timing.reference_ms) if timing else (None,) * 5
        with self._transaction() as database:
            cursor = database.execute(
                "INSERT INTO attempt (practice, kind, kata, at, seed, score, passed, ratio, ratio_low, ratio_high,"
                " solution_ms, reference_ms, clock_seconds, check_seconds)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    practice.id if practice else None,
                    practice.kind if practice else "kata",
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
            if practice and verdict.passed:
                database.execute("UPDATE practice SET solved_at = ? WHERE id = ? AND solved_at IS NULL", (now, practice.id))
        return attempt

    def record_hint(self, practice: Practice, number: int) -> None:
        """The hint of that number (from 1) was shown."""
        with self._transaction() as database:
            database.execute("INSERT OR IGNORE INTO hint VALUES (?, ?, ?)", (practice.id, number, self._clock()))

    def record_reveal(self, practice: Practice) -> None:
        """The reference was shown."""
        with self._transaction() as database:
            database.execute(
                "UPDATE practice SET revealed_at = ? WHERE id = ? AND revealed_at IS NULL", (self._clock(), practice.id)
            )

    # what is known

    def practice(self, number: int) -> Practice:
        """The practice with that id."""
        row = self._database.execute("SELECT * FROM practice WHERE id = ?", (number,)).fetchone()
        return Practice(*row)

    def current(self, kata: str, kind: str = "kata") -> Practice | None:
        """The practice of a kata that was started last."""
        row = self._database.execute(
            "SELECT * FROM practice WHERE kata = ? AND kind = ? ORDER BY id DESC LIMIT 1", (kata, kind)
        ).fetchone()
        return Practice(*row) if row else None

    def last_started(self) -> Practice | None:
        """The practice that was started last, of any kata and kind."""
        row = self._database.execute("SELECT * FROM practice ORDER BY id DESC LIMIT 1").fetchone()
        return Practice(*row) if row else None

    def of_file(self, file: str) -> Practice | None:
        """The latest practice whose solution is that file, relative to the workspace."""
        row = self._database.execute("SELECT * FROM practice WHERE file = ? ORDER BY id DESC LIMIT 1", (file,)).fetchone()
        return Practice(*row) if row else None

    def open_interview(self) -> OpenInterview | None:
        """The interview that was begun last, unless it has been ended."""
        row = self._database.execute(
            "SELECT id, started_at, minutes, seed, topic, ended_at FROM interview ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return OpenInterview(*row[:5]) if row and row[5] is None else None

    def in_interview(self, number: int) -> list[Practice]:
        """The practices of an interview, in the order in which its katas were drawn."""
        rows = self._database.execute("SELECT * FROM practice WHERE interview = ? ORDER BY id", (number,))
        return [Practice(*row) for row in rows]

    def planted(self, kata: str) -> set[str]:
        """The mistakes that hunts have planted in a kata so far."""
        rows = self._database.execute("SELECT DISTINCT planted FROM practice WHERE kata = ? AND kind = 'hunt'", (kata,))
        return {name for (name,) in rows}

    def hints_seen(self, practice: Practice) -> int:
        """How many hints were shown in it."""
        row = self._database.execute("SELECT max(number) FROM hint WHERE practice = ?", (practice.id,)).fetchone()
        return int(row[0] or 0)

    def was_solved(self, kata: str) -> bool:
        """Whether any check of the kata ever passed."""
        return self._any("SELECT 1 FROM attempt WHERE kata = ? AND kind = 'kata' AND passed LIMIT 1", kata)

    def was_revealed(self, kata: str) -> bool:
        """Whether its reference was ever shown."""
        return self._any("SELECT 1 FROM practice WHERE kata = ? AND revealed_at IS NOT NULL LIMIT 1", kata)

    def best_scores(self) -> dict[str, int]:
        """The best score of each kata that was ever checked."""
        rows = self._database.execute("SELECT kata, max(score) FROM attempt WHERE kind = 'kata' GROUP BY kata")
        return {kata: int(score) for kata, score in rows}

    def _any(self, query: str, kata: str) -> bool:
        return self._database.execute(query, (kata,)).fetchone() is not None

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """The database for reading, as it stands at one moment, whatever others write meanwhile."""
        self._database.execute("BEGIN")
        try:
            yield self._database
        finally:
            self._database.execute("ROLLBACK")

    # the file

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._troubles_told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._database.execute("ROLLBACK")
                raise

    @contextmanager
    def _troubles_told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise UnusableHistory(f"the history cannot be used now ({error}): {self._file}") from error

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA foreign_keys = ON")
            self._migrate(database)
            found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                damage = sqlite3.DatabaseError(str(found))
                damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damage
        except BaseException:
            database.close()
            raise
        return database

    def _migrate(self, database: sqlite3.Connection) -> None:
        """Bring the schema up to date; the version is read again inside, as another process may have been first."""
        if self._version(database) == len(MIGRATIONS):
            return
        database.execute("BEGIN IMMEDIATE")
        try:
            version = self._version(database)
            if version > len(MIGRATIONS):
                raise NewerHistory(
                    f"the history was written by a newer version of kata: update kata to use it ({self._file})"
                )
            for script in MIGRATIONS[version:]:
                for statement in script.split(";"):
                    if statement.strip():
                        database.execute(statement)
            database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise

    def _begin_anew(self) -> sqlite3.Connection:
        """Set the damaged file aside and open a new one; of two processes that find it damaged, the first does it."""
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            try:
                return self._open()  # another process has begun a new one meanwhile
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                aside = self._set_aside()
                self.notice = f"the history was damaged ({error}); it is kept as {aside.name}, and a new one begins"
            return self._open()
        finally:
            os.close(folder)

    @staticmethod
    def _version(database: sqlite3.Connection) -> int:
        return int(database.execute("PRAGMA user_version").fetchone()[0])

    def _set_aside(self) -> Path:
        """Rename the file and its companions to a name that is free; the caller holds the lock."""
        stamp = time.strftime("%Y-%m-%d_%H-%M-%S")
        names = (f"{self._file.stem}.damaged-{stamp}{f'_{n}' if n > 1 else ''}{self._file.suffix}" for n in count(1))
        aside = next(path for path in map(self._file.with_name, names) if not path.exists())
        for suffix in ("-wal", "-shm", ""):  # the file itself last: a companion left behind would be taken for the new one's
            companion = self._file.with_name(self._file.name + suffix)
            if companion.exists():
                companion.rename(aside.with_name(aside.name + suffix))
        return aside


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorcode & 0xFF in DAMAGE


class NewerHistory(UnusableHistory):
    """The history file is of a schema that this version does not know."""
