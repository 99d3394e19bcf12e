"""Moments as days of the learner's calendar, and spans of time in words."""

from __future__ import annotations

from datetime import date, datetime


def day_of(at: float) -> date:
    """The local day of a moment in seconds since 1970."""
    return datetime.fromtimestamp(at).date()


def ago(day: date, today: date) -> str:
    """A past day, in words."""
    days = (today - day).days
    return "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"


def ahead(day: date, today: date) -> str:
    """A future day, in words; past days count as today."""
    days = (day - today).days
    return "today" if days <= 0 else "tomorrow" if days == 1 else f"in {days} days"


def short(days: int) -> str:
    """A number of days in at most five columns."""
    if days <= 0:
        return "today"
    return f"{days} d" if days < 365 else f"{days / 365:.1f} y"


def times(number: int) -> str:
    """How often, in words."""
    return "once" if number == 1 else "twice" if number == 2 else f"{number} times"


def between(since: float, until: float) -> str:
    """Two moments by the learner's clock, in words; the day is named where they are not on the same one."""
    start, end = datetime.fromtimestamp(since), datetime.fromtimestamp(until)
    day = "" if start.date() == end.date() else f"{start:%a} "
    return f"at {day}{start:%H:%M}, on again at {end:%H:%M}"


def clock(seconds: float) -> str:
    """Seconds as m:ss, h:mm:ss, or days."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
