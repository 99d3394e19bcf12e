"""How much of the time between two moments counts as practice: the rule by which a clock stops. `history` applies it.

A clock runs on while there is a sign of life, a command or a save, at least every 15 minutes; else it stops 15 minutes after
the last one. Of a file's saves only the latest can be seen. So a stretch that ends with a save counts in full if it is short
enough to be work with saves in between, and as 15 minutes if it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

IDLE_SECONDS = 15 * 60.0
WORK_PARS = 2.0
"""How many times its par time somebody may work on a kata without running a command."""


@dataclass(frozen=True)
class Pause:
    """A clock stood still between two moments, in seconds since 1970."""

    since: float
    until: float


@dataclass(frozen=True)
class Stretch:
    """What counts of the time between two commands, in seconds, and the pauses in it."""

    seconds: float
    pauses: tuple[Pause, ...]


def running(since: float, now: float, saved_at: float | None, par_minutes: float) -> Stretch:
    """The time since the last sign of life, on a clock that was running.

    Args:
        since: the last sign of life.
        now: the command that asks.
        saved_at: when the solution was saved last, if it is there.
        par_minutes: the kata's par time.
    """
    longest_work = max(IDLE_SECONDS, 60 * par_minutes * WORK_PARS)
    if saved_at is None or not since < saved_at < now:
        return _stretch(since, now, IDLE_SECONDS)
    before, after = _stretch(since, saved_at, longest_work), _stretch(saved_at, now, IDLE_SECONDS)
    return Stretch(before.seconds + after.seconds, before.pauses + after.pauses)


def resumed(since: float, now: float, saved_at: float | None) -> Stretch:
    """The time since a clock was stopped at `since`: it runs again from the save that followed, or from now."""
    again = saved_at if saved_at is not None and since < saved_at < now else now
    rest = _stretch(again, now, IDLE_SECONDS)
    pause = (Pause(since, again),) if again > since else ()  # else the machine's clock was set back
    return Stretch(rest.seconds, (*pause, *rest.pauses))


def _stretch(start: float, end: float, longest: float) -> Stretch:
    if end - start <= longest:
        return Stretch(max(0.0, end - start), ())
    return Stretch(IDLE_SECONDS, (Pause(start + IDLE_SECONDS, end),))
