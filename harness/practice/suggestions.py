"""What to practise next, and why, for `kata next`. The order is written out in `docs/review.md`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from harness.catalog import Kata
from harness.practice.days import ago, ahead, day_of
from harness.practice.memory import Memory, memories
from harness.practice.record import KataRecord, Record


class SuggestionKind(StrEnum):
    """Why a kata is suggested."""

    DUE = "due"
    BEGUN = "begun"
    NEW = "new"
    LATER = "later"


@dataclass(frozen=True)
class Suggestion:
    """A kata to practise, and why: in one line, and in a few words."""

    kata: Kata
    kind: SuggestionKind
    why: str
    brief: str


def suggest(record: Record, katas: Sequence[Kata], now: float, level: str | None = None) -> list[Suggestion]:
    """What to practise, best first: what is due, what was begun, what is new and within reach, what comes up later.

    Topics alternate: no two katas of one topic follow each other where something else is due or new. That includes what was
    practised last, unless the next one is due and another day has begun. What was begun keeps its place.

    Args:
        record: the history.
        katas: all katas, in an order to learn them in.
        now: seconds since 1970.
        level: only katas of this difficulty; what they need of another difficulty counts as known.
    """
    today, remembered, solved = day_of(now), memories(record, katas), record.solved()
    unsolved = {kata.name for kata in katas if kata.name not in solved and level in (None, kata.difficulty)}
    last = max(katas, key=lambda kata: record.of(kata.name).last_at or 0)
    last_at = record.of(last.name).last_at
    katas = [kata for kata in katas if level in (None, kata.difficulty)]
    due = [kata for kata in katas if kata.name in remembered and remembered[kata.name].due <= today]
    due.sort(key=lambda kata: remembered[kata.name].chance(now))
    begun = [kata for kata in katas if kata not in due and record.of(kata.name).is_unfinished]
    begun.sort(key=lambda kata: -(record.of(kata.name).last_at or 0))
    new = [k for k in katas if k not in begun and k.name not in remembered and unsolved.isdisjoint(k.needs)]
    later = [kata for kata in katas if kata.name in remembered and kata not in due and kata not in begun]
    later.sort(key=lambda kata: remembered[kata.name].due)
    now_or_new = [
        *(_due(kata, remembered[kata.name], now) for kata in due),
        *(_begun(kata, record.of(kata.name), today) for kata in begun),
        *(_new(kata, solved) for kata in new),
    ]
    return [
        *_alternated(now_or_new, last.topic if last_at else None, bool(last_at and day_of(last_at) == today)),
        *(_later(kata, remembered[kata.name], today) for kata in later),
    ]


def _alternated(suggestions: Sequence[Suggestion], topic: str | None, is_today: bool) -> list[Suggestion]:
    """The same suggestions, each of another topic than the one before where there is one.

    Args:
        suggestions: in the order that they have otherwise.
        topic: of what was practised last.
        is_today: whether that was today.
    """
    left: list[Suggestion] = list(suggestions)
    ordered: list[Suggestion] = []
    while left:
        first = left[0]
        may_repeat = first.kind is SuggestionKind.BEGUN or (
            first.kind is SuggestionKind.DUE and not ordered and not is_today
        )
        other = (s for s in left if s.kata.topic != topic)
        chosen = first if may_repeat else next(other, first)
        left.remove(chosen)
        ordered.append(chosen)
        topic = chosen.kata.topic
    return ordered


def _due(kata: Kata, memory: Memory, now: float) -> Suggestion:
    today, last = day_of(now), memory.reviews[-1]
    days = (today - memory.due).days
    since = ("due today", "due since yesterday")[days] if days < 2 else f"due for {days} days"
    chance = f"the chance that you still know it is {memory.chance(now):.0%}"
    why = f"{since}; {chance} (last time {last.rating.name}: {last.reason})"
    return Suggestion(kata, SuggestionKind.DUE, why, "due")


def _begun(kata: Kata, record: KataRecord, today: date) -> Suggestion:
    best = record.open_sitting.best_score if record.open_sitting else record.best_score
    score = "not checked yet" if best is None else f"best score {best} of 100"
    last = ago(day_of(record.last_at or 0), today)
    return Suggestion(kata, SuggestionKind.BEGUN, f"begun but not finished: last practised {last}, {score}", "begun")


def _new(kata: Kata, solved: Collection[str]) -> Suggestion:
    skipped = [need for need in kata.needs if need not in solved]
    if skipped:
        needs = f"it builds on {', '.join(skipped)}, which counts as known"
    else:
        needs = f"you have solved what it needs ({', '.join(kata.needs)})" if kata.needs else "it needs no other kata"
    return Suggestion(kata, SuggestionKind.NEW, f"new, and {needs}", "new")


def _later(kata: Kata, memory: Memory, today: date) -> Suggestion:
    when = ahead(memory.due, today)
    why = f"nothing is due, begun, or new and within reach; this comes up first, {when}"
    return Suggestion(kata, SuggestionKind.LATER, why, f"due {when}")
