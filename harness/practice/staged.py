"""A staged interview: one file, and stages that are released one after another. Commands ask how far it is."""

from __future__ import annotations

from dataclasses import dataclass

from harness import catalog
from harness.catalog import InterviewStage, Kata
from harness.practice.history import History, OpenInterview, Practice


@dataclass(frozen=True)
class Staged:
    """A staged interview that has not been ended.

    Attributes:
        first: the kata that it began with.
        practices: one for each stage that was reached.
        answers: to the questions of those stages; None where there is none yet.
    """

    interview: OpenInterview
    first: Kata
    practices: tuple[Practice, ...]
    answers: tuple[int | None, ...]

    @property
    def file(self) -> str:
        """The file that all stages are about, relative to the workspace."""
        return self.practices[0].file

    @property
    def reached(self) -> tuple[InterviewStage, ...]:
        """The stages that were released."""
        return self.first.stages[: len(self.practices)]

    @property
    def stage(self) -> InterviewStage:
        """The stage that it is at."""
        return self.reached[-1]

    @property
    def practice(self) -> Practice:
        """The practice of that stage."""
        return self.practices[-1]

    @property
    def following(self) -> InterviewStage | None:
        """The stage that comes next."""
        rest = self.first.stages[len(self.practices) :]
        return rest[0] if rest else None

    @property
    def awaits_answer(self) -> bool:
        """Whether the stage's checks pass, and its question is open."""
        return self.practice.solved_at is not None and self.answers[-1] is None

    @property
    def is_done(self) -> bool:
        """Whether the last stage is passed and its question answered."""
        return self.following is None and self.answers[-1] is not None


def open_staged(history: History | None) -> Staged | None:
    """The staged interview that has not been ended, if there is one."""
    interview = history.open_interview() if history else None
    if history is None or interview is None or interview.chain is None:
        return None
    practices = tuple(history.in_interview(interview.id))
    answers = tuple(history.answer(practice) for practice in practices)
    return Staged(interview, catalog.find(interview.chain), practices, answers)
