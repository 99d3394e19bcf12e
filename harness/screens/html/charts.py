"""The geometry of the report's charts, as plain data: where each mark, tick and label goes in an SVG. No markup here.

All lengths are in units of the chart's `viewBox`; a text of 12 units is readable on a phone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

WIDTH = 360.0
HEIGHT = 190.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 338.0, 26.0, 148.0
SHARE_LEFT, SHARE_RIGHT, SHARE_ROW = 102.0, 312.0, 24.0
CELL, CELL_GAP, CALENDAR_LEFT, CALENDAR_TOP = 11.0, 2.0, 30.0, 20.0
CALENDAR_WEEKS = 25
CALENDAR_LEVELS = (0, 1, 4, 9, 16)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_DOTS = 80
LOWEST_RATIO = 0.01
LONG_SPAN = 300


Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Tick:
    """A label on an axis, at a place along it."""

    at: float
    label: str


@dataclass(frozen=True)
class Mark:
    """A point or the corner of a box, and its tooltip."""

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
        summary: what the chart shows, in a sentence, for screen readers.
        lines: each the points of a line.
        guide: a horizontal guide line and what it means, which stands below the chart, or None.
    """

    title: str
    summary: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...] = ()
    guide: Tick | None = None
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM


def score_chart(kata: str, scores: Sequence[int], sittings: Sequence[int | None]) -> Chart:
    """The score of each attempt at a kata, in order; a line for each sitting.

    Args:
        kata: its name.
        scores: at least one.
        sittings: which sitting each attempt belongs to.
    """
    points = [
        Point(number, score / 100, f"attempt {number}: {score} of 100", "full" if score == 100 else "", sitting)
        for number, (score, sitting) in enumerate(zip(scores, sittings, strict=True), 1)
    ]
    return _attempts_chart(
        f"Score of {kata}",
        f"Score {scores[0]} at the first attempt, {scores[-1]} at the last of {len(scores)}.",
        "score",
        len(scores),
        points,
        [(value / 100, str(value)) for value in (0, 25, 50, 75, 100)],
    )


def ratio_chart(kata: str, attempts: int, timed: Sequence[tuple[int, float]]) -> Chart:
    """The time ratio of each attempt, on a logarithmic scale.

    Args:
        kata: its name.
        attempts: how many there are.
        timed: the number of each attempt that was timed, counted from 1, and its time ratio; at least one.
    """
    ratios = [ratio for _, ratio in timed]
    values = _ratio_ticks(min(*ratios, 1.0), max(*ratios, 1.0))
    low, high = math.log(values[0]), math.log(values[-1])

    def share(ratio: float) -> float:
        return (math.log(max(ratio, values[0])) - low) / (high - low)

    return _attempts_chart(
        f"Speed of {kata}",
        f"Time compared with the reference: {ratios[0]:.2f} at first, {ratios[-1]:.2f} last, {min(ratios):.2f} at best.",
        "time ratio, lower is faster",
        attempts,
        [
            Point(number, share(ratio), f"attempt {number}: {ratio:.2f} times as long as the reference", "full")
            for number, ratio in timed
        ],
        [(share(value), f"{value:g}") for value in values],
        guide=Tick(_up(share(1.0)), "the reference"),
    )


def solved_chart(days: Sequence[date], katas: int, first: date, today: date) -> Chart:
    """How many katas were solved by each day.

    Args:
        days: when each solved kata was solved first, in order.
        katas: how many there are.
        first: the day before the first practice.
        today: the last day shown.
    """
    span = max((today - first).days, 1)

    def x(day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - first).days / span

    def y(number: float) -> float:
        return _up(number / katas)

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
        tuple(
            Tick(x(day), _day(day) if span < LONG_SPAN else f"{MONTHS[day.month - 1]} {day.year}")
            for day in _day_ticks(first, today)
        ),
        tuple(Tick(y(value), str(value)) for value in _count_ticks(katas) if value < 0.95 * katas),
        (),
        (tuple(line),),
        guide=Tick(y(katas), f"all {katas} katas"),
    )


def forecast_chart(due: Sequence[date], today: date, days: int) -> Chart:
    """How many katas fall due on each day, starting today; what is overdue counts as today."""
    counts = Counter(max((day - today).days, 0) for day in due)
    ticks = _count_ticks(max((counts[day] for day in range(days)), default=0))
    step = (RIGHT - LEFT) / days
    marks = []
    for day in range(days):
        if counts[day]:
            top = _up(counts[day] / ticks[-1])
            when = "today" if day == 0 else _day(today + timedelta(day))
            text = f"{when}: {counts[day]}"
            kind = "due" if day == 0 else ""
            marks.append(Mark(LEFT + (day + 0.14) * step, top, text, 0.72 * step, BOTTOM - top, kind))
    within = sum(counts[day] for day in range(days))
    return Chart(
        f"Falling due in the next {days} days",
        f"{counts[0]} due today, {within} in the next {days} days, {len(due) - within} later.",
        "day",
        "katas",
        tuple(
            Tick(LEFT + (day + 0.5) * step, "today" if day == 0 else _day(today + timedelta(day)))
            for day in range(0, days, 7)
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
    """A square for each day of the last weeks, darker the more was started or checked that day; weeks are columns."""
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


@dataclass(frozen=True)
class Point:
    """An attempt: its number, its height as a share of the axis, its tooltip, and the line it belongs to."""

    number: int
    height: float
    text: str
    kind: str
    line: int | None = None


def _attempts_chart(
    title: str,
    summary: str,
    y_title: str,
    attempts: int,
    points: Sequence[Point],
    y_ticks: Sequence[tuple[float, str]],
    guide: Tick | None = None,
) -> Chart:
    """Lines over the attempts; `y_ticks` are (height as a share of the axis, label)."""

    def x(number: float) -> float:
        return LEFT + 8 + (RIGHT - LEFT - 16) * ((number - 1) / (attempts - 1) if attempts > 1 else 0.5)

    step = _step(attempts, 10)
    numbers = [1, *(number for number in range(step, attempts + 1, step) if number - 1 > step / 2)]
    return Chart(
        title,
        summary,
        "attempt",
        y_title,
        tuple(Tick(x(number), str(number)) for number in numbers),
        tuple(Tick(_up(height), label) for height, label in y_ticks),
        tuple(Mark(x(p.number), _up(p.height), p.text, kind=p.kind) for p in points) if len(points) <= MOST_DOTS else (),
        tuple(
            tuple((x(point.number), _up(point.height)) for point in line)
            for _, line in groupby(points, key=lambda p: p.line)
        ),
        guide,
    )


def _up(share: float) -> float:
    """The height of a share of the vertical axis."""
    return BOTTOM - (BOTTOM - TOP) * share


def _step(most: int, ticks: int) -> int:
    """1, 2 or 5 times a power of ten, so that at most `ticks` steps reach `most`."""
    return next(step for power in range(9) for step in (10**power, 2 * 10**power, 5 * 10**power) if most / step <= ticks)


def _count_ticks(most: int) -> list[int]:
    """Whole numbers from 0 to at least `most`, and at least 1."""
    step = _step(most, 6)
    return list(range(0, step * max(math.ceil(most / step), 1) + 1, step))


def _ratio_ticks(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis from `low` to `high`: 1, 2 and 5 in each decade, or whole decades if it is long."""
    low = max(low, LOWEST_RATIO)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 2)
    fine = [digit * 10.0**decade for decade in decades for digit in (1, 2, 5)]
    first = max(number for number, tick in enumerate(fine) if tick <= low)
    last = min(number for number, tick in enumerate(fine) if tick >= high and number > first)
    if last - first < 7:
        return fine[first : last + 1]
    return [10.0**decade for decade in decades if 10.0 ** (decade - 1) < high]


def _day_ticks(first: date, last: date) -> list[date]:
    """About four days between two, both included."""
    span = (last - first).days
    return sorted({first + timedelta(span * part // 3) for part in range(4)})


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"
