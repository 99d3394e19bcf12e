"""The history's file: SQLite in WAL mode, one transaction for each thing done. Two commands at once are safe, and a kill
at any moment loses at most what was in flight.

The schema's version is SQLite's `user_version`; `MIGRATIONS` brings an older file up to date. A damaged file is set aside
under another name, never deleted, and a new one is begun. `history` is the only caller.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from harness.practice.renaming import rename_mistakes
from harness.practice.workspace import UnusableHistory

BUSY_SECONDS = 10.0

# What SQLite says of a file that is not, or no longer, one of our databases. Anything else, a full disk or a lock, will
# pass, and no file is set aside for it.
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)

FIRST_SCHEMA = """
    CREATE TABLE practice (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,               -- kata, hunt or interview
        kata TEXT NOT NULL,
        file TEXT NOT NULL,               -- relative to the workspace
        started_at REAL NOT NULL,         -- seconds since 1970, UTC
        solved_at REAL,                   -- the first check that passed
        revealed_at REAL,                 -- the reference was shown
        planted TEXT,                     -- the mistakes of a hunt, with commas between
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
"""

TOLD_IN_TIME = """
    CREATE TABLE attempt_mistake (attempt INTEGER NOT NULL REFERENCES attempt, mistake TEXT NOT NULL,
        UNIQUE (attempt, mistake));
    INSERT INTO attempt_mistake SELECT DISTINCT attempt, mistake FROM attempt_check WHERE mistake IS NOT NULL;
    CREATE TABLE explanation (practice INTEGER NOT NULL REFERENCES practice, mistake TEXT NOT NULL, at REAL NOT NULL,
        UNIQUE (practice, mistake));  -- asked for with `kata why`
"""

CLOCKS_THAT_STOP = """
    ALTER TABLE practice ADD COLUMN counted REAL NOT NULL DEFAULT 0;    -- seconds on its clock up to `seen_at`
    ALTER TABLE practice ADD COLUMN seen_at REAL NOT NULL DEFAULT 0;    -- the last sign of life, or when it was stopped
    ALTER TABLE practice ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0; -- whether the clock stands still
    CREATE TABLE touched (file TEXT PRIMARY KEY, kata TEXT NOT NULL, at REAL NOT NULL);
    UPDATE practice SET seen_at = coalesce(solved_at,
        max(started_at, coalesce((SELECT max(at) FROM attempt WHERE attempt.practice = practice.id), 0)));
    UPDATE practice SET counted = seen_at - started_at;
    UPDATE practice SET stopped = 1
        WHERE id <> (SELECT id FROM practice ORDER BY seen_at DESC, id DESC LIMIT 1);
    INSERT INTO touched SELECT file, kata, max(seen_at) FROM practice GROUP BY file;
"""

ROUNDS = """
    CREATE TABLE hunt (practice INTEGER PRIMARY KEY REFERENCES practice,
        minutes INTEGER,                  -- how long it may take, NULL where there is no clock
        symptoms INTEGER NOT NULL);       -- whether only symptoms are told
    ALTER TABLE interview ADD COLUMN chain TEXT;  -- of a staged interview
    CREATE TABLE answer (practice INTEGER PRIMARY KEY REFERENCES practice, choice INTEGER NOT NULL,
        correct INTEGER NOT NULL, at REAL NOT NULL);  -- to the question at the end of a stage, choices count from 1
"""

# SQL, or a function that is given the database inside the migration's transaction.
MIGRATIONS: tuple[str | Callable[[sqlite3.Connection], None], ...] = (
    FIRST_SCHEMA,
    rename_mistakes,
    TOLD_IN_TIME,
    CLOCKS_THAT_STOP,
    ROUNDS,
)


class NewerHistory(UnusableHistory):
    """The history file has a schema that this version does not know."""


class Database:
    """One open history file.

    Args:
        file: its folder must exist. It is made, migrated or set aside as needed.

    Attributes:
        notice: a sentence for the learner when a damaged file was set aside, else empty.

    Raises:
        UnusableHistory: the file cannot be used now, or was written by a newer version; any later writing may raise it too.
    """

    def __init__(self, file: Path) -> None:
        self.notice = ""
        self._file = file
        with self._usable():
            try:
                self._connection = self._open()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._connection = self._start_over()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def reader(self) -> sqlite3.Connection:
        """For single queries that change nothing."""
        return self._connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """For several queries that see the file as it stands at one moment, whatever others write meanwhile."""
        self._connection.execute("BEGIN")
        try:
            yield self._connection
        finally:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """For writing: all of it, or nothing."""
        with self._usable():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite itself rolls back when the disk is full
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _usable(self) -> Iterator[None]:
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
                raise _damage(str(found))
        except UnicodeDecodeError:  # from SQLite's own message, which quotes what stands in the schema
            database.close()
            raise _damage("its schema is not text") from None
        except BaseException:
            database.close()
            raise
        return database

    def _migrate(self, database: sqlite3.Connection) -> None:
        """Bring the schema up to date; the version is read again inside, as another process may have been first."""
        if _version(database) == len(MIGRATIONS):
            return
        database.execute("BEGIN IMMEDIATE")
        try:
            version = _version(database)
            if version > len(MIGRATIONS):
                raise NewerHistory(
                    f"the history was written by a newer version of kata: update kata to use it ({self._file})"
                )
            for migration in MIGRATIONS[version:]:
                if callable(migration):
                    migration(database)
                    continue
                for statement in migration.split(";"):
                    if statement.strip():
                        database.execute(statement)
            database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise

    def _start_over(self) -> sqlite3.Connection:
        """Set the damaged file aside and open a new one; of two processes that find the damage, the first does it."""
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            try:
                return self._open()  # another process has made a new one meanwhile
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                aside = self._set_aside()
                self.notice = f"the history was damaged ({error}); it is kept as {aside.name}, and a new one begins"
            return self._open()
        finally:
            os.close(folder)

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


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _damage(sentence: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(sentence)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorcode & 0xFF in DAMAGE
