"""What `kata check` and `kata watch` judge: a solution's file with its kata, and the practice that it belongs to.

The practice decides how much a learner is told. What is planted in a hunt is named only once it is solved, and a running
interview shows only which checks fail.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.catalog import Kata
from harness.commands.histories import running_interview
from harness.commands.next_step import next_step
from harness.commands.planted import planted_mistakes
from harness.judge.verdict import CheckResult, Verdict
from harness.practice.days import between, clock
from harness.practice.history import History, Hunt, Practice
from harness.practice.stopwatch import Pause
from harness.practice.workspace import UnusableHistory, Workspace
from harness.screens.check_screen import Detail, Telling, show_check, show_verdict
from harness.screens.sentences import complain, shown
from harness.screens.symptoms_screen import show_symptoms

TOLD_PAUSE = 60.0  # seconds: a look at another kata is not worth a word
SYMPTOMS_ONLY = "this hunt is by symptoms: no check is named until all of them pass"


@dataclass(frozen=True)
class Subject:
    """A solution, and the practice that was started for this very file, if there is one.

    Attributes:
        pauses: when the practice's clock stood still since the last command about it.
    """

    kata: Kata
    path: Path
    workspace: Workspace
    history: History | None
    practice: Practice | None
    pauses: tuple[Pause, ...] = ()

    @classmethod
    def of(cls, kata: Kata, path: Path, workspace: Workspace, history: History | None) -> Subject:
        """The subject of a solution, by what the history knows about its file."""
        practice = None
        if history is not None and workspace.holds(path):
            practice = history.of_file(path.name)
        return cls(kata, path, workspace, history, practice if practice and practice.kata == kata.name else None)

    @classmethod
    def touched(cls, kata: Kata, path: Path, workspace: Workspace, history: History | None) -> Subject:
        """The same, when the learner turns to it: a command without a name means it from now on, and its clock runs."""
        subject = cls.of(kata, path, workspace, history)
        if history is None or not workspace.holds(path):
            return subject
        try:
            pauses = history.touch(kata.name, path.name, subject.practice)
        except UnusableHistory as error:
            complain(f"the clock does not run: {error}")
            return subject
        return replace(subject, practice=subject.practice and history.practice(subject.practice.id), pauses=pauses)

    @property
    def name(self) -> str:
        """What to call it: the kata, and the kind of practice where it is not the usual one."""
        return f"{self.practice.kind.policy.phrase if self.practice else ''}{self.kata.name}"

    def in_interview(self) -> bool:
        """Whether it belongs to an interview that is running."""
        interview = running_interview(self.history)
        return interview is not None and self.practice is not None and self.practice.interview == interview.id

    def is_over(self) -> bool:
        """Whether it belongs to an interview that was ended or whose time is up."""
        return self.practice is not None and self.practice.interview is not None and not self.in_interview()

    @property
    def names_mistakes(self) -> bool:
        """Whether the verdict may name the mistakes in it."""
        return (self.practice is None or self.practice.kind.policy.names_mistakes) and not self.in_interview()

    @property
    def judging(self) -> dict[str, Any]:
        """The judge's options that follow from what may be told."""
        options: dict[str, Any] = {"diagnosis": self.names_mistakes, "planted": self.planted}
        if self.tells_symptoms_only:
            from harness.authoring.training import expected_losses  # brings Jinja along, for which no other check waits

            options["expected_losses"] = expected_losses(self.kata)
        return options

    def told(self, verdict: Verdict) -> Verdict:
        """The part of a verdict that the learner may see, with the clock."""
        timed = self._timed(verdict)
        if self.tells_symptoms_only and not verdict.passed:
            return timed.symptoms_only()
        return timed.outcomes_only() if self.in_interview() else timed

    def keep(self, verdict: Verdict, tell: Callable[[str], None] = complain) -> Verdict:
        """Write a verdict into the history, if the file belongs to one; returns the part that the learner may see.

        A verdict that cannot be written is still worth showing, so that is no error; `tell` gets a sentence about it.
        """
        told = self.told(verdict)
        if self.history is not None and self.workspace.holds(self.path):
            try:
                self.history.record(self._timed(verdict), self.practice)
            except UnusableHistory as error:
                tell(f"this check is not in your history: {error}")
        return told

    def show(self, console: Console, verdict: Verdict, detail: Detail, explain: bool = False, watched: bool = False) -> None:
        """Show a verdict that `keep` returned, and what to do next.

        Args:
            console: where to.
            verdict: the part that the learner may see.
            detail: how much of it is drawn.
            explain: whether every mistake is explained at once; else only those that an earlier attempt showed already.
            watched: whether it is judged again at each save.
        """
        advice = next_step(verdict, self.kata, self.path, self.history, self.practice, watched)
        if verdict.symptoms is not None:
            show_symptoms(console, verdict, self.kata.title, self._limit(verdict.clock_seconds), advice, self._helped())
            return
        telling = self._telling(detail)
        if explain:
            telling = replace(telling, explained=frozenset(verdict.mistakes))
        if verdict.passed:
            telling = replace(telling, lessons=self._lessons())
        show_verdict(console, verdict, self.kata.title, self._limit(verdict.clock_seconds), advice, telling)

    def show_check(self, console: Console, check: CheckResult, place: str) -> None:
        """Show one failing check of such a verdict; `place` is its number out of how many."""
        show_check(console, check, place, self._telling(Detail()))

    def _telling(self, detail: Detail) -> Telling:
        return Telling(
            detail,
            self._explained(),
            self._why(),
            explains_later=self.history is not None and self.practice is not None,
            helped=self._helped(),
        )

    def _explained(self) -> frozenset[str]:
        """The mistakes that are told unasked: finding one is the exercise, looking for it for an hour is not."""
        if self.history is None or self.practice is None:
            return frozenset()
        return frozenset(self.history.explained(self.practice))

    def _why(self) -> str:
        """The command that explains a mistake in this file."""
        if self.path.resolve() == self.workspace.solution(self.kata).resolve():
            return f"`kata why {self.kata.name}`"
        return f"`kata why {self.kata.name} --file {shown(self.path)}`"

    @property
    def planted(self) -> tuple[str, ...]:
        """The mistakes that a hunt planted in it, for the judge to count."""
        return tuple(mistake.name for mistake in planted_mistakes(self.kata, self.practice))

    @property
    def hunt(self) -> Hunt:
        """What was agreed for the hunt that it belongs to."""
        return self.history.hunt(self.practice) if self.history and self.practice else Hunt()

    @property
    def tells_symptoms_only(self) -> bool:
        """Whether a failing verdict may say nothing about any check."""
        return self.hunt.symptoms

    def _timed(self, verdict: Verdict) -> Verdict:
        if self.practice is None or self.is_over():
            return verdict
        seconds = self.practice.clock_seconds()
        if self.hunt.minutes is not None:  # a clock that counts down does not stop
            seconds = (self.practice.solved_at or time.time()) - self.practice.started_at
        return replace(verdict, clock_seconds=seconds)

    def _limit(self, seconds: float | None) -> str:
        """What the clock, which shows so many seconds, is compared with."""
        if self.in_interview():
            interview = running_interview(self.history)
            assert interview is not None
            return f" of {interview.minutes} min for the interview"
        if seconds is not None and self.hunt.minutes is not None:
            left = 60 * self.hunt.minutes - seconds
            return f" of {self.hunt.minutes} min, {f'{clock(left)} left' if left > 0 else 'the time is up'}"
        has_par = self.practice is None or self.practice.kind.policy.has_par
        par = f" of {self.kata.par_minutes} min par" if has_par else ""
        return par + "".join(f", paused {between(p.since, p.until)}" for p in self.pauses if p.until - p.since >= TOLD_PAUSE)

    def _lessons(self) -> tuple[str, ...]:
        """What was planted, and the misconception behind each."""
        return tuple(mistake.explanation for mistake in planted_mistakes(self.kata, self.practice))

    def _helped(self) -> int:
        """How many of the planted mistakes `kata why` has explained."""
        return len(self.history.asked_for(self.practice)) if self.history and self.practice else 0
