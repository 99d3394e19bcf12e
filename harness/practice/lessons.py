"""The explanations of the mistakes that a learner made, out of the banks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness import catalog
from harness.judge.bank import find_mistake
from harness.practice.record import MadeMistake


@dataclass(frozen=True)
class Lesson:
    """A mistake that was made; `headline` is the sentence that says what is wrong, `text` the misconception behind it.

    Both are empty for a mistake that the bank no longer holds under that name; `text` is also where a sentence says it all.
    """

    made: MadeMistake
    headline: str
    text: str


def lessons(mistakes: Iterable[MadeMistake]) -> list[Lesson]:
    """The lesson of each mistake, in the same order."""
    return [_lesson(made) for made in mistakes]


def _lesson(made: MadeMistake) -> Lesson:
    try:
        mistake = find_mistake(catalog.load(made.kata).module, made.name)
    except LookupError:
        return Lesson(made, "", "")
    return Lesson(made, mistake.headline, mistake.reason)
