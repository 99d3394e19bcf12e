"""The explanations of the mistakes that a learner made, out of the banks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness import catalog
from harness.judge.bank import load_bank
from harness.practice.record import MadeMistake

SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z`])")


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
    bank = load_bank(catalog.load(made.kata).module)
    explanation = next((mistake.explanation for mistake in bank if mistake.name == made.name), "")
    headline, *rest = SENTENCE_END.split(" ".join(explanation.split()), maxsplit=1)
    return Lesson(made, headline, "".join(rest))
