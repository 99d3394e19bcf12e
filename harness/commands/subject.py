"""What `kata check` and `kata watch` judge: a solution's file with its kata, and the practice that it belongs to.

The kind of practice decides how much is told. A hunt gets no diagnosis, which would name what is to be found, and tells its
lesson once solved; an interview, as long as it runs, tells only which checks fail.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness import catalog
from harness.catalog import Kata
from harness.commands.common import WrongCall, last_practice, open_history, running_interview, shown
from harness.practice.workspace import HUNT_PREFIX, UnusableHistory, Workspace
from harness.screens.sentences import complain

if TYPE_CHECKING:
    from rich.console import Console

    from harness.judge.verdict import Verdict
    from harness.practice.history import History, Practice

MAX_FILE_BYTES = 1_000_000


def find_solution(kata: Kata | None, path: Path | None, workspace: Workspace) -> tuple[Kata, Path]:
    """The kata and the file that a command line means; the history is read only where neither is named."""
    if path is not None:
        return kata or _kata_of_file(path), readable_file(path)
    if kata is not None:
        return kata, solution_of(kata, None, workspace)
    practice = last_practice(workspace, open_history(workspace))
    kata = catalog.find(practice.kata)
    return kata, solution_of(kata, practice, workspace)


def solution_of(kata: Kata, practice: Practice | None, workspace: Workspace) -> Path:
    """The file of a practice, or of a kata that was never started here; it must be there."""
    path = workspace.root / practice.file if practice else workspace.solution(kata)
    if not path.exists():
        verb = "hunt" if practice and practice.kind == "hunt" else "start"
        raise WrongCall(f"there is no {shown(path)}: `kata {verb} {kata.name}` writes it")
    return readable_file(path)


def readable_file(path: Path) -> Path:
    """The path itself, if a solution can be read from it."""
    if not path.exists():
        raise WrongCall(f"there is no file {shown(path)}")
    if not path.is_file():
        raise WrongCall(f"{shown(path)} is not a file")
    if not os.access(path, os.R_OK):
        raise WrongCall(f"{shown(path)} cannot be read")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise WrongCall(f"{shown(path)} is larger than {MAX_FILE_BYTES // 1000} kB: that is no solution")
    return path


def _kata_of_file(path: Path) -> Kata:
    try:
        return catalog.find(path.stem.removeprefix(HUNT_PREFIX))
    except catalog.UnknownKata:
        raise WrongCall(f"say which kata {path} is a solution of: `kata check --file {path} NAME`") from None


@dataclass(frozen=True)
class Subject:
    """A solution, and the practice that was started for this very file, if there is one."""

    kata: Kata
    path: Path
    workspace: Workspace
    history: History | None
    practice: Practice | None

    @classmethod
    def of(cls, kata: Kata, path: Path, workspace: Workspace, history: History | None) -> Subject:
        """The subject that a solution is, by what the history knows of its file."""
        practice = None
        if history is not None and path.resolve().parent == workspace.root:
            practice = history.of_file(path.name)
        return cls(kata, path, workspace, history, practice if practice and practice.kata == kata.name else None)

    @property
    def is_hunt(self) -> bool:
        """Whether a planted mistake is to be found in it."""
        return self.practice is not None and self.practice.kind == "hunt"

    def in_interview(self) -> bool:
        """Whether it belongs to an interview that is running."""
        interview = running_interview(self.history)
        return interview is not None and self.practice is not None and self.practice.interview == interview.id

    @property
    def is_diagnosed(self) -> bool:
        """Whether the mistakes in it may be named."""
        return not self.is_hunt and not self.in_interview()

    def told(self, verdict: Verdict) -> Verdict:
        """What of a verdict may be told, with the clock."""
        timed = self._timed(verdict)
        return timed.outcomes_only() if self.in_interview() else timed

    def keep(self, verdict: Verdict, tell: Callable[[str], None] = complain) -> Verdict:
        """Write a verdict into the history, if there is one and the file belongs to it; returns what of it may be told.

        A verdict that cannot be written is still worth showing, so that is no error; `tell` gets a sentence about it.
        """
        told = self.told(verdict)
        if self.history is not None and self.path.resolve().parent == self.workspace.root:
            try:
                self.history.record(self._timed(verdict), self.practice)
            except UnusableHistory as error:
                tell(f"this check is not in your history: {error}")
        return told

    def _timed(self, verdict: Verdict) -> Verdict:
        return replace(verdict, clock_seconds=self.practice.clock_seconds()) if self.practice else verdict

    def show(self, console: Console, verdict: Verdict, full: int) -> None:
        """Show a verdict that `keep` returned, with `full` failures in full, and what to do next."""
        from harness.commands.advice import next_step
        from harness.screens.render import show_verdict

        advice = next_step(verdict, self.kata, self.history, self.practice)
        show_verdict(
            console, verdict, self.kata.title, self.kata.par_minutes, advice, full,
            limit=self._limit(), lesson=self._lesson() if verdict.passed else "",
        )  # fmt: skip

    def _limit(self) -> str | None:
        """What the clock is shown beside, where it is not the kata's par time."""
        if self.is_hunt:
            return ""
        if self.in_interview():
            interview = running_interview(self.history)
            assert interview is not None
            return f" of {interview.minutes} min for the interview"
        return None

    def _lesson(self) -> str:
        """What was planted, and the misconception behind it."""
        if self.practice is None or self.practice.planted is None:
            return ""
        from harness.judge.bank import find_mistake

        return find_mistake(self.kata.module, self.practice.planted).explanation
