"""What the report of `kata report` shows, gathered from the record as plain data. `pages` turns it into HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from harness.catalog import Kata
from harness.judge.bank import TAGS
from harness.practice.days import clock, day_of
from harness.practice.lessons import Lesson
from harness.practice.memory import Memory, memories, rate
from harness.practice.record import FailedCheck, KataRecord, KataState, Record, Sitting
from harness.practice.suggestions import Suggestion, suggest
from harness.screens.html.charts import (
    Chart,
    calendar_chart,
    forecast_chart,
    ratio_chart,
    score_chart,
    solved_chart,
    topic_chart,
)

FORECAST_DAYS = 28
SHOWN_MISTAKES = 40
SHOWN_FAILURES = 5
SHOWN_SUGGESTIONS = 4
YOUNG_DAYS = 7
NO_TAG = "no longer in the bank"


@dataclass(frozen=True)
class SittingRow:
    """A line in a kata's history; `rating` and `reason` are empty while the sitting is open, `ratio` without timing."""

    sitting: Sitting
    result: str
    clock: str
    ratio: str
    rating: str
    reason: str


@dataclass(frozen=True)
class Step:
    """What to practise next, why, and the command for it."""

    kata: Kata
    why: str
    command: str


@dataclass(frozen=True)
class LessonGroup:
    """The mistakes of one kind, those made most often first; `times` is how often all of them were made."""

    kind: str
    times: int
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class KataSection:
    """A practised kata, for the table and its own section.

    Attributes:
        failing: what the latest attempt fails at, the first few; nothing once the kata is solved.
        failing_more: how many more it fails at.
    """

    kata: Kata
    record: KataRecord
    memory: Memory | None
    charts: tuple[Chart, ...]
    sittings: tuple[SittingRow, ...]
    failing: tuple[FailedCheck, ...]
    failing_more: int
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Report:
    """All that the template shows.

    Attributes:
        unpractised: the katas not started yet.
        progress: None in the first week, when there is no curve yet; so is `calendar`.
    """

    workspace: str
    today: date
    record: Record
    solved: int
    due: tuple[Kata, ...]
    days_practised: int
    katas: tuple[Kata, ...]
    sections: tuple[KataSection, ...]
    unpractised: tuple[Kata, ...]
    topics: Chart
    progress: Chart | None
    calendar: Chart | None
    forecast: Chart
    upcoming: tuple[tuple[date, tuple[Kata, ...]], ...]
    mistakes: tuple[LessonGroup, ...]
    steps: tuple[Step, ...]

    def has_section(self, name: str) -> bool:
        """Whether there is a section on that kata; one that only an interview or a hunt was about has none."""
        return any(section.kata.name == name for section in self.sections)


def gather(record: Record, katas: Sequence[Kata], made: Sequence[Lesson], workspace: str, now: float) -> Report:
    """What the report shows.

    Args:
        record: the history; something must have been started.
        katas: all katas, in the order to show them in.
        made: the lessons of the mistakes that were made, those made most often first.
        workspace: what to call the workspace.
        now: seconds since 1970.
    """
    today, remembered = day_of(now), memories(record, katas)
    practised = [kata for kata in katas if record.of(kata.name).state is not KataState.NEW]
    dues = [memory.due for memory in remembered.values()]
    days = [day_of(at) for at in record.active]
    is_young = (today - days[0]).days < YOUNG_DAYS
    return Report(
        workspace=workspace,
        today=today,
        record=record,
        solved=len(record.solved()),
        due=tuple(kata for kata in katas if kata.name in remembered and remembered[kata.name].due <= today),
        days_practised=len(set(days)),
        katas=tuple(katas),
        sections=tuple(_section(kata, record.of(kata.name), remembered.get(kata.name), made) for kata in practised),
        unpractised=tuple(kata for kata in katas if kata not in practised),
        topics=topic_chart(_topics(record, katas)),
        progress=None if is_young else solved_chart(_first_solved(record), len(katas), days[0] - timedelta(1), today),
        calendar=None if is_young else calendar_chart(days, today),
        forecast=forecast_chart(dues, today, FORECAST_DAYS),
        upcoming=_upcoming(remembered, katas, today),
        mistakes=_by_kind(made[:SHOWN_MISTAKES]),
        steps=tuple(_step(suggestion, record) for suggestion in suggest(record, katas, now)[:SHOWN_SUGGESTIONS]),
    )


def _step(suggestion: Suggestion, record: Record) -> Step:
    name, known = suggestion.kata.name, record.of(suggestion.kata.name)
    interviewed = any(sitting.practice.kata == name for one in record.interviews for sitting in one.sittings)
    if known.open_sitting is not None:
        command = f"kata check {name}"
    else:
        command = f"kata start {name}{' --again' if known.sittings or known.attempts or interviewed else ''}"
    return Step(suggestion.kata, suggestion.why, command)


def _by_kind(made: Sequence[Lesson]) -> tuple[LessonGroup, ...]:
    """The mistakes under the first of their tags, the kinds made most often first."""
    kinds: dict[str, list[Lesson]] = {}
    for lesson in made:
        kinds.setdefault(TAGS[lesson.tags[0]] if lesson.tags else NO_TAG, []).append(lesson)
    groups = [LessonGroup(kind, sum(one.made.sittings for one in group), tuple(group)) for kind, group in kinds.items()]
    return tuple(sorted(groups, key=lambda group: (group.kind == NO_TAG, -group.times, group.kind)))


def _section(kata: Kata, record: KataRecord, memory: Memory | None, made: Sequence[Lesson]) -> KataSection:
    charts = []
    if len(record.attempts) > 1:
        scores, sittings = zip(*((attempt.score, attempt.practice) for attempt in record.attempts), strict=True)
        charts.append(score_chart(kata.name, scores, sittings))
    timed = [(number, attempt.ratio) for number, attempt in enumerate(record.attempts, 1) if attempt.ratio is not None]
    if len(timed) > 1:
        charts.append(ratio_chart(kata.name, len(record.attempts), timed))
    failing = record.failing if record.is_unfinished else ()
    return KataSection(
        kata,
        record,
        memory,
        tuple(charts),
        tuple(_row(sitting, kata) for sitting in record.sittings),
        failing[:SHOWN_FAILURES],
        len(failing[SHOWN_FAILURES:]),
        tuple(lesson for lesson in made if lesson.made.kata == kata.name),
    )


def _row(sitting: Sitting, kata: Kata) -> SittingRow:
    practice, review = sitting.practice, rate(sitting, kata.par_minutes)
    if practice.revealed_at is not None:
        result = "revealed"
    elif practice.solved_at is not None:
        result = "solved"
    else:
        result = "not checked" if sitting.best_score is None else f"open, best score {sitting.best_score}"
    ratios = [attempt.ratio for attempt in sitting.attempts if attempt.ratio is not None]
    return SittingRow(
        sitting,
        result,
        clock(practice.clock_seconds()) if practice.solved_at is not None else "",
        f"{min(ratios):.2f}" if ratios else "",
        review.rating.name if review else "",
        review.reason if review else "",
    )


def _topics(record: Record, katas: Sequence[Kata]) -> list[tuple[str, int, int, int]]:
    rows = []
    for topic in dict.fromkeys(kata.topic for kata in katas):
        states = [record.of(kata.name).state for kata in katas if kata.topic == topic]
        solved, new = states.count(KataState.SOLVED), states.count(KataState.NEW)
        rows.append((topic, solved, len(states) - solved - new, len(states)))
    return rows


def _first_solved(record: Record) -> list[date]:
    firsts = (next((a.at for a in kata.attempts if a.passed), None) for kata in record.katas.values())
    return sorted(day_of(at) for at in firsts if at is not None)


def _upcoming(
    remembered: dict[str, Memory], katas: Sequence[Kata], today: date
) -> tuple[tuple[date, tuple[Kata, ...]], ...]:
    """The katas that fall due within the forecast, by day; what is overdue counts as today."""
    by_day: dict[date, list[Kata]] = {}
    for kata in katas:
        if kata.name in remembered:
            by_day.setdefault(max(remembered[kata.name].due, today), []).append(kata)
    last = today + timedelta(FORECAST_DAYS)
    return tuple((day, tuple(group)) for day, group in sorted(by_day.items()) if day < last)
