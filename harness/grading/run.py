"""A run: hands the files out to the judges, and takes the verdicts in as they come.

A judge process that ends takes down the files that it and its neighbours were judging. Those are then judged again, one
after the other: so it shows which of them ended it, and the others lose nothing.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path

from harness.grading.journal import Journal
from harness.grading.judges import ClusterFailure, Judges
from harness.grading.submission import Graded, Settings, grade
from harness.judge.replay import escaped
from harness.judge.verdict import SCHEMA, json_line
from harness.sandbox.client import MAX_SOURCE_BYTES, read_regular_file


@dataclass
class Entry:
    """A file, and what came of it.

    Attributes:
        path: the file.
        key: of its verdict in the journal.
        reason: why it has no verdict.
    """

    path: Path
    key: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Its path as text that can be printed and written, whatever its bytes are."""
        return escaped(os.fsencode(self.path).decode("utf-8", "replace"))

    def row(self, settings: Settings, journal: Journal) -> str:
        """Its line in the results."""
        if not self.reason:
            return journal[self.key]
        nothing = {"schema": SCHEMA, "kata": settings.kata, "file": self.name, "seed": settings.seed}
        return json_line(nothing | {"score": None, "passed": False, "reason": self.reason})


@dataclass(frozen=True)
class Counts:
    """How far a run is.

    Attributes:
        judged: files judged in this run.
        known: files whose verdict was in the journal before.
        total: all files.
    """

    judged: int
    known: int
    total: int


def rows(entries: Sequence[Entry], settings: Settings, journal: Journal) -> Iterator[str]:
    """The results in the order of the files, one at a time: all of them need not fit into memory."""
    for entry in entries:
        yield entry.row(settings, journal)


def grade_all(
    paths: Sequence[Path], settings: Settings, judges: Judges, journal: Journal, on_progress: Callable[[Counts], None]
) -> list[Entry]:
    """Judge all files whose verdict is not in the journal; returns an entry for each path, in order.

    Raises:
        UnusableJournal, ClusterFailure: the run ends; what is in the journal stays there.
    """
    run = _Run(paths, settings, judges, journal, on_progress)
    try:
        run.work()
    finally:
        judges.close()
    return run.entries


class _Run:
    def __init__(
        self,
        paths: Sequence[Path],
        settings: Settings,
        judges: Judges,
        journal: Journal,
        on_progress: Callable[[Counts], None],
    ) -> None:
        self.entries = [Entry(path) for path in paths]
        self._settings, self._judges, self._journal, self._on_progress = settings, judges, journal, on_progress
        self._waiting = deque(self.entries)
        self._suspects: deque[Entry] = deque()
        self._running: dict[Future[Graded], Entry] = {}
        self._executor: Executor | None = None
        self._known = self._judged = 0
        self._gone = False

    def work(self) -> None:
        alone = False
        while True:
            if not self._running:
                alone = bool(self._suspects)
                if alone:
                    self._hand_out(self._suspects.popleft())
            while not alone and self._waiting and len(self._running) < self._judges.window and not self._suspects:
                self._hand_out(self._waiting.popleft())
            if not self._running and not self._waiting and not self._suspects:
                return
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(self._running.pop(future), future, alone)
            if self._gone:
                raise ClusterFailure("the connection to the cluster is lost; the same command goes on from here")

    def _hand_out(self, entry: Entry) -> None:
        """Have a file judged, unless that has been done, or it cannot be read."""
        try:
            source = read_regular_file(entry.path, MAX_SOURCE_BYTES)
        except OSError as error:
            self._judged += 1
            reason = str(error.strerror)
            self._failed(entry, reason[:1].lower() + reason[1:])
            return
        entry.key = self._settings.key(entry.name, source)
        if entry.key in self._journal:
            self._known += 1
            self._report()
            return
        if self._executor is None:
            self._executor = self._judges.open(self._settings)
        try:
            self._running[self._executor.submit(grade, self._settings, entry.name, source)] = entry
        except self._judges.lost:  # since the last look at the futures
            self._executor = None
            self._suspects.append(entry)

    def _take(self, entry: Entry, future: Future[Graded], alone: bool) -> None:
        try:
            graded = future.result()
        except self._judges.lost:
            self._executor = None
            if not alone:
                self._suspects.append(entry)
                return
            graded = Graded(reason="the process that judged it was ended, twice")
        except self._judges.gone:
            self._gone = True  # what else is done is taken in first
            return
        self._judged += 1
        if graded.reason:
            self._failed(entry, graded.reason)
            return
        self._journal.add(entry.key, graded.verdict)
        self._report()

    def _failed(self, entry: Entry, reason: str) -> None:
        entry.reason = escaped(reason)
        self._report()

    def _report(self) -> None:
        self._on_progress(Counts(self._judged, self._known, len(self.entries)))
