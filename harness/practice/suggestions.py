"""What to practise next, and why, for `kata next`. The order is written out in `docs/review.md`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from harness.catalog import Kata
from harness.practice.days import ago, ahead, day_of
from harness.practice.memory import Memory, memories
from harness.practice.record import KataRecord, Record


@dataclass(frozen=True)
class Suggestion:
    """A kata to practise, and why: in one line, and in a few words."""

    kata: Kata
    why: str
    brief: str


def suggest(record: Record, katas: Sequence[Kata], now: float) -> list[Suggestion]:
    """What to practise, best first: what is due, what was begun, what is new and within reach, what comes up later.

    Args:
        record: the history.
        katas: all katas, in an order to learn them in.
        now: seconds since 1970.
    """
    today, remembered = day_of(now), memories(record, katas)
    due = [kata for kata in katas if kata.name in remembered and remembered[kata.name].due <= today]
    due.sort(key=lambda kata: remembered[kata.name].chance(now))
    begun = [kata for kata in katas if kata not in due and record.of(kata.name).is_unfinished]
    begun.sort(key=lambda kata: -(record.of(kata.name).last_at or 0))
    solved = record.solved()
    new = [kata for kata in katas if kata not in begun and kata.name not in remembered and solved.issuperset(kata.needs)]
    later = [kata for kata in katas if kata.name in remembered and kata not in due and kata not in begun]
    later.sort(key=lambda kata: remembered[kata.name].due)
    return [
        *(_due(kata, remembered[kata.name], now) for kata in due),
        *(_begun(kata, record.of(kata.name), today) for kata in begun),
        *(_new(kata) for kata in new),
        *(_later(kata, remembered[kata.name], today) for kata in later),
    ]


def _due(kata: Kata, memory: Memory, now: float) -> Suggestion:
    today, last = day_of(now), memory.reviews[-1]
    days = (today - memory.due).days
    since = ("due today", "due since yesterday")[days] if days < 2 else f"due for {days} days"
    chance = f"the chance that you still know it is {memory.chance(now):.0%}"
    why = f"{since}; {chance} (last time {last.rating.name}: {last.reason})"
    return Suggestion(kata, why, "due")


def _begun(kata: Kata, record: KataRecord, today: date) -> Suggestion:
    best = record.open_sitting.best_score if record.open_sitting else record.best_score
    score = "not checked yet" if best is None else f"best score {best} of 100"
    last = ago(day_of(record.last_at or 0), today)
    return Suggestion(kata, f"begun but not finished: last practised {last}, {score}", "begun")


def _new(kata: Kata) -> Suggestion:
    needs = f"you have solved what it needs ({', '.join(kata.needs)})" if kata.needs else "it needs no other kata"
    return Suggestion(kata, f"new, and {needs}", "new")


def _later(kata: Kata, memory: Memory, today: date) -> Suggestion:
    when = ahead(memory.due, today)
    return Suggestion(kata, f"nothing is due, begun, or new and within reach; this comes up first, {when}", f"due {when}")
