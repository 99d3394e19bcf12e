"""The geometry of the report's charts, as plain data: where each mark, tick and label stands in an SVG. No markup here.

All lengths are in units of the chart's `viewBox`; a text of 12 units is readable on a phone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH = 360.0
HEIGHT = 190.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 352.0, 12.0, 146.0
SHARE_LEFT, SHARE_RIGHT, SHARE_ROW = 102.0, 312.0, 24.0
CELL, CELL_GAP, CALENDAR_LEFT, CALENDAR_TOP = 11.0, 2.0, 30.0, 20.0
CALENDAR_WEEKS = 25
CALENDAR_LEVELS = (0, 1, 4, 9, 16)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_DOTS = 80


@dataclass(frozen=True)
class Tick:
    """A label on an axis, at a place along it."""

    at: float
    label: str


@dataclass(frozen=True)
class Mark:
    """A point or the corner of a box, and what it says when one points at it."""

    x: float
    y: float
    text: str
    width: float = 0.0
    height: float = 0.0
    kind: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart with two axes.

    Attributes:
        summary: what the chart shows, in a sentence, for those who cannot see it.
        line: the points of a line, or none.
        guide: where a horizontal guide line stands, or None, and its label.
    """

    title: str
    summary: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    line: tuple[tuple[float, float], ...] = ()
    guide: Tick | None = None
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM

    @property
    def path(self) -> str:
        """The line, as the attribute `points` of a polyline."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.line)


def score_chart(kata: str, scores: Sequence[int]) -> Chart:
    """The score of each attempt at a kata, in order."""
    return _attempts_chart(
        f"Score of {kata} by attempt",
        f"From {scores[0]} at the first attempt to {scores[-1]} at the last of {len(scores)}.",
        "score",
        range(1, len(scores) + 1),
        scores,
        [f"attempt {number}: {score} of 100" for number, score in enumerate(scores, 1)],
        lambda score: score / 100,
        tuple(Tick(_up(value / 100), str(value)) for value in (0, 25, 50, 75, 100)),
    )


def ratio_chart(kata: str, numbers: Sequence[int], ratios: Sequence[float]) -> Chart:
    """The time beside the reference's, of the attempts that were timed; the scale is logarithmic.

    Args:
        kata: its name.
        numbers: which attempts these are, counted from 1.
        ratios: their time ratios.
    """
    marks = _ratio_ticks(min(*ratios, 1.0), max(*ratios, 1.0))
    low, high = math.log(marks[0]), math.log(marks[-1])

    def share(ratio: float) -> float:
        return (math.log(ratio) - low) / (high - low)

    return _attempts_chart(
        f"Speed of {kata} by attempt",
        f"Time beside the reference's: {ratios[0]:.2f} at first, {ratios[-1]:.2f} at last, {min(ratios):.2f} at best.",
        "time ratio",
        numbers,
        ratios,
        [f"attempt {number}: {ratio:.2f} times the reference's time" for number, ratio in zip(numbers, ratios, strict=True)],
        share,
        tuple(Tick(_up(share(value)), f"{value:g}") for value in marks),
        guide=Tick(_up(share(1.0)), "reference"),
    )


def solved_chart(days: Sequence[date], katas: int, first: date, today: date) -> Chart:
    """How many katas were solved by each day.

    Args:
        days: when each solved kata was solved first, in order.
        katas: how many there are.
        first: the first day of practice.
        today: the last day shown.
    """
    span = max((today - first).days, 1)
    ticks = _count_ticks(katas)

    def x(day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - first).days / span

    def y(number: float) -> float:
        return _up(number / ticks[-1])

    line, number = [(x(first), y(0))], 0
    for day, count in sorted(Counter(days).items()):
        line += [(x(day), y(number)), (x(day), y(number + count))]
        number += count
    line.append((x(today), y(number)))
    return Chart(
        "Katas solved",
        f"{len(days)} of {katas} katas solved between {_day(first)} and {_day(today)}.",
        "day",
        "katas",
        tuple(Tick(x(day), _day(day)) for day in _day_ticks(first, today)),
        tuple(Tick(y(value), str(value)) for value in ticks),
        (),
        tuple(line),
        guide=Tick(y(katas), f"all {katas}"),
    )


def forecast_chart(due: Sequence[date], today: date, days: int) -> Chart:
    """How many katas fall due on each day from today on; what is overdue counts as today."""
    counts = Counter(max((day - today).days, 0) for day in due)
    ticks = _count_ticks(max((counts[day] for day in range(days)), default=0))
    step = (RIGHT - LEFT) / days
    marks = []
    for day in range(days):
        if counts[day]:
            top = _up(counts[day] / ticks[-1])
            when = "today" if day == 0 else _day(today + timedelta(day))
            text = f"{when}: {counts[day]}"
            marks.append(Mark(LEFT + day * step + step * 0.14, top, text, step * 0.72, BOTTOM - top, "due" if day == 0 else ""))
    within = sum(counts[day] for day in range(days))
    return Chart(
        f"Falling due in the next {days} days",
        f"{counts[0]} due today, {within} within {days} days, {len(due) - within} later.",
        "day",
        "katas",
        tuple(
            Tick(LEFT + (day + 0.5) * step, "today" if day == 0 else _day(today + timedelta(day))) for day in range(0, days, 7)
        ),
        tuple(Tick(_up(value / ticks[-1]), str(value)) for value in ticks),
        tuple(marks),
    )


def topic_chart(topics: Sequence[tuple[str, int, int, int]]) -> Chart:
    """A bar for each topic: katas solved, begun, and all there are.

    Args:
        topics: name, solved, begun and not solved, all.
    """
    ticks = _count_ticks(max(total for *_, total in topics))
    unit = (SHARE_RIGHT - SHARE_LEFT) / ticks[-1]
    bottom = 6 + SHARE_ROW * len(topics)
    marks = []
    for row, (name, solved, begun, total) in enumerate(topics):
        y, x = 6 + row * SHARE_ROW + 5, SHARE_LEFT
        for kind, count in (("solved", solved), ("begun", begun), ("new", total - solved - begun)):
            if count:
                marks.append(Mark(x, y, f"{name}: {count} {kind}", count * unit, SHARE_ROW - 10, kind))
            x += count * unit
    return Chart(
        "Katas by topic",
        "; ".join(f"{name}: {solved} of {total} solved" for name, solved, _, total in topics) + ".",
        "katas",
        "",
        tuple(Tick(SHARE_LEFT + value * unit, str(value)) for value in ticks),
        tuple(Tick(6 + (row + 0.5) * SHARE_ROW, name) for row, (name, *_) in enumerate(topics)),
        tuple(marks),
        height=bottom + 40,
        left=SHARE_LEFT,
        right=SHARE_RIGHT,
        top=6,
        bottom=bottom,
    )


def calendar_chart(active: Sequence[date], today: date) -> Chart:
    """A square for each day of the last weeks, the darker the more was started or checked on it; weeks are columns."""
    counts = Counter(active)
    monday = today - timedelta(today.weekday() + 7 * (CALENDAR_WEEKS - 1))
    pitch = CELL + CELL_GAP
    marks, months = [], []
    for number in range((today - monday).days + 1):
        day = monday + timedelta(number)
        week, weekday = divmod(number, 7)
        x, y = CALENDAR_LEFT + week * pitch, CALENDAR_TOP + weekday * pitch
        level = sum(counts[day] >= least for least in CALENDAR_LEVELS) - 1
        marks.append(Mark(x, y, f"{_day(day)}: {counts[day]}", CELL, CELL, f"level{level}"))
        if day.day == 1 and week < CALENDAR_WEEKS - 1:
            months.append(Tick(x, MONTHS[day.month - 1]))
    shown = {day for day in counts if day >= monday}
    return Chart(
        "Days of practice",
        f"Practised on {len(shown)} of the last {(today - monday).days + 1} days.",
        "",
        "",
        tuple(months),
        tuple(Tick(CALENDAR_TOP + row * pitch + CELL / 2, WEEKDAYS[row]) for row in (0, 2, 4, 6)),
        tuple(marks),
        height=CALENDAR_TOP + 7 * pitch,
        left=CALENDAR_LEFT,
        top=CALENDAR_TOP,
    )
