"""How well each kata is remembered: spaced repetition by FSRS, over the record.

A *review* is a sitting that has ended: solved, or given up by looking at the reference. `rate` turns what happened in
it into one of FSRS's four ratings; the rule is written out in `docs/review.md`. FSRS's state is never stored: `memory_of`
replays the reviews in order, so it cannot disagree with the history, and a better rule applies to the past as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from fsrs import Card, Rating, Scheduler

from harness.catalog import Kata
from harness.practice.days import clock, day_of
from harness.practice.history import ATTEMPT_SECONDS
from harness.practice.record import KataRecord, Record, Sitting

LONGEST_INTERVAL_DAYS = 180
GOOD_HINTS = 2
EASY_PAR, GOOD_PAR = 1.0, 2.0
EASY_ATTEMPTS, GOOD_ATTEMPTS = 3, 8

# No learning steps within a day, since a kata is not a flash card; no fuzz, since a replay must give the same days.
SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=LONGEST_INTERVAL_DAYS, enable_fuzzing=False)


@dataclass(frozen=True)
class Review:
    """The end of a sitting: when, how well the kata was known, and why we think so."""

    at: float
    rating: Rating
    reason: str


@dataclass(frozen=True)
class Memory:
    """How well a kata is remembered, after its reviews (at least one, oldest first)."""

    reviews: tuple[Review, ...]
    card: Card

    @property
    def due(self) -> date:
        """The day on which it falls due."""
        return day_of(self.card.due.timestamp())

    def chance(self, now: float) -> float:
        """The probability, by FSRS, that it is still known."""
        return float(SCHEDULER.get_card_retrievability(self.card, datetime.fromtimestamp(now, UTC)))


def rate(sitting: Sitting, par_minutes: int) -> Review | None:
    """The review of a sitting; None while it is open."""
    practice = sitting.practice
    if practice.revealed_at is not None:
        return Review(practice.revealed_at, Rating.Again, "the solution was shown")
    if practice.solved_at is None:
        return None
    spent = practice.clock_seconds()
    attempts = _attempts_needed(sitting, practice.solved_at)
    ratings = [
        (_rating(sitting.hints, 0, GOOD_HINTS), "1 hint" if sitting.hints == 1 else f"{sitting.hints} hints"),
        (_rating(spent / 60 / par_minutes, EASY_PAR, GOOD_PAR), f"{clock(spent)} against a par of {par_minutes} min"),
        (_rating(attempts, EASY_ATTEMPTS, GOOD_ATTEMPTS), f"{attempts} attempts"),
    ]
    worst = min(rating for rating, _ in ratings)
    if worst is Rating.Easy:
        return Review(practice.solved_at, worst, "no hint, within par, few attempts")
    return Review(practice.solved_at, worst, ", ".join(text for rating, text in ratings if rating is worst))


def memory_of(record: KataRecord, kata: Kata) -> Memory | None:
    """How well a kata is remembered, by its history; None if no sitting ever ended."""
    reviews = sorted(filter(None, (rate(sitting, kata.par_minutes) for sitting in record.sittings)), key=lambda r: r.at)
    brought = next((a for a in record.attempts if a.passed and a.practice is None), None)
    if brought and (not reviews or brought.at < reviews[0].at):
        reviews.insert(0, Review(brought.at, Rating.Good, "solved without a clock"))
    if not reviews:
        return None
    first = datetime.fromtimestamp(reviews[0].at, UTC)
    card = Card(card_id=0, due=first)
    for review in reviews:
        card, _ = SCHEDULER.review_card(card, review.rating, datetime.fromtimestamp(review.at, UTC))
    return Memory(tuple(reviews), card)


def memories(record: Record, katas: Sequence[Kata]) -> dict[str, Memory]:
    """The memory of every kata that has one, by name."""
    found = {kata.name: memory_of(record.of(kata.name), kata) for kata in katas}
    return {name: memory for name, memory in found.items() if memory}


def _rating(amount: float, easy: float, good: float) -> Rating:
    return Rating.Easy if amount <= easy else Rating.Good if amount <= good else Rating.Hard


def _attempts_needed(sitting: Sitting, solved_at: float) -> int:
    """The attempts up to the one that passed; those within a minute count as one, since `kata watch` checks at each save."""
    needed, last = 0, float("-inf")
    for attempt in sitting.attempts:
        if attempt.at <= solved_at and attempt.at - last >= ATTEMPT_SECONDS:
            needed, last = needed + 1, attempt.at
    return needed
