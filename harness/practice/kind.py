"""The kinds of practice, and everything that depends on the kind: what counts, and what a learner is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Policy:
    """What depends on the kind of a practice.

    Attributes:
        command: the command that writes its file.
        phrase: what to call it before the kata's name.
        counts: whether its checks count for the kata: state, best score, spaced repetition.
        counts_mistakes: whether the mistakes found in it count as the learner's own.
        names_mistakes: whether a verdict may name the mistakes; in an interview only once it is over.
        offers_hints: whether hints are suggested to the learner.
        has_par: whether the clock is compared with the kata's par time.
    """

    command: str
    phrase: str
    counts: bool
    counts_mistakes: bool
    names_mistakes: bool
    offers_hints: bool
    has_par: bool


class PracticeKind(StrEnum):
    """What a practice is. The values are stored in the history."""

    KATA = "kata"
    HUNT = "hunt"
    INTERVIEW = "interview"

    @property
    def policy(self) -> Policy:
        return POLICIES[self]


POLICIES = {
    PracticeKind.KATA: Policy(
        command="start",
        phrase="",
        counts=True,
        counts_mistakes=True,
        names_mistakes=True,
        offers_hints=True,
        has_par=True,
    ),
    PracticeKind.HUNT: Policy(
        command="hunt",
        phrase="a bug hunt in ",
        counts=False,
        counts_mistakes=False,  # it was planted
        names_mistakes=False,  # it is what the learner looks for
        offers_hints=True,
        has_par=False,
    ),
    PracticeKind.INTERVIEW: Policy(
        command="start",
        phrase="an interview with ",
        counts=False,
        counts_mistakes=True,
        names_mistakes=True,
        offers_hints=False,
        has_par=True,
    ),
}


COUNTING = tuple(kind for kind in PracticeKind if kind.policy.counts)
COUNTING_MISTAKES = tuple(kind for kind in PracticeKind if kind.policy.counts_mistakes)


def in_sql(kinds: Iterable[PracticeKind]) -> str:
    """The kinds as SQL writes a list of texts, in parentheses."""
    return f"({', '.join(repr(str(kind)) for kind in kinds)})"
