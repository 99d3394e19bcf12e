"""The mistakes that a learner made, with what a bank says about them: for the status and the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from harness import catalog
from harness.practice.record import MadeMistake


class Explanation(Protocol):
    """What a bank says about a mistake."""

    @property
    def headline(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def tags(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Lesson:
    """A mistake that was made; `headline` is the sentence that says what is wrong, `text` the misconception behind it.

    Both are empty for a mistake that the bank no longer holds, which has no `tags` either; `text` may be empty for any.
    """

    made: MadeMistake
    headline: str
    text: str
    tags: tuple[str, ...] = ()


def lessons(mistakes: Iterable[MadeMistake], find: Callable[[str, str], Explanation]) -> list[Lesson]:
    """The lesson of each mistake, in the same order.

    Args:
        mistakes: what was made.
        find: looks up a mistake by its kata's module and its name; a LookupError means that it no longer exists.
    """
    return [_lesson(made, find) for made in mistakes]


def _lesson(made: MadeMistake, find: Callable[[str, str], Explanation]) -> Lesson:
    try:
        explanation = find(catalog.load(made.kata).module, made.name)
    except LookupError:
        return Lesson(made, "", "")
    return Lesson(made, explanation.headline, explanation.reason, explanation.tags)
