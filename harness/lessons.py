"""The explanations of the mistakes that a learner made, out of the banks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness import catalog
from harness.judge.bank import load_bank
from harness.record import MadeMistake


@dataclass(frozen=True)
class Lesson:
    """A mistake that was made; `headline` says what is wrong, `text` the misconception behind it.

    Both are empty for a mistake that the bank no longer holds under that name.
    """

    made: MadeMistake
    headline: str
    text: str


def lessons(mistakes: Iterable[MadeMistake]) -> list[Lesson]:
    """The lesson of each mistake, in the same order."""
    return [_lesson(made) for made in mistakes]


def _lesson(made: MadeMistake) -> Lesson:
    bank = load_bank(catalog.load(made.kata).module)
    explanation = next((mistake.explanation for mistake in bank if mistake.name == made.name), "")
    headline, _, text = explanation.partition("\n")
    return Lesson(made, headline, " ".join(text.split()))
