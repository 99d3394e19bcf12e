"""The verdicts of a run that are safe on disk: an SQLite file beside the results, one transaction for each verdict.

Whatever ends the program, what is written here stays, and is not judged again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

APPLICATION = 0x6B617461  # "kata", so that no other program's file is taken for a journal


class UnusableJournal(Exception):
    """The journal cannot be opened, read or written: a sentence."""


class Journal:
    """Verdicts, each a line of JSON, by the key of what was judged.

    Args:
        path: the file; it is made where there is none. As long as it is open nobody else can open it.

    Raises:
        UnusableJournal: from here and from every method.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._usable():
            self._database = sqlite3.connect(path, isolation_level=None, timeout=0.5)
        try:
            self._prepare()
        except BaseException:
            self._database.close()
            raise

    def _prepare(self) -> None:
        with self._usable():
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            (tables,) = self._database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            (application,) = self._database.execute("PRAGMA application_id").fetchone()
            if tables and application != APPLICATION:
                raise UnusableJournal(f"{self._path} is not a journal of kata: move it away, or choose another --out")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute(f"PRAGMA application_id = {APPLICATION}")
            self._database.execute("CREATE TABLE IF NOT EXISTS verdict (key TEXT PRIMARY KEY, row TEXT NOT NULL)")
            self._database.execute("COMMIT")

    def __contains__(self, key: str) -> bool:
        with self._usable():
            return self._database.execute("SELECT 1 FROM verdict WHERE key = ?", (key,)).fetchone() is not None

    def __getitem__(self, key: str) -> str:
        with self._usable():
            (row,) = self._database.execute("SELECT row FROM verdict WHERE key = ?", (key,)).fetchone()
        return str(row)

    def add(self, key: str, row: str) -> None:
        """Write a verdict; once this returns, it outlives the program."""
        with self._usable():
            self._database.execute("INSERT OR IGNORE INTO verdict VALUES (?, ?)", (key, row))

    def close(self) -> None:
        """Let others open it."""
        with self._usable():
            self._database.close()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise UnusableJournal(f"another `kata grade` is writing {self._path}: wait for it to end") from None
            raise UnusableJournal(f"{self._path} cannot be used: {error}") from None
