"""How long each line of a solution runs: what the worker measures once it is known that the solution is slow.

By `sys.settrace`, which Python 3.11 has as well as later ones. Asking with a signal would slow the solution down less, but
what `faulthandler` reads of a frame that is just being made can crash the interpreter.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter  # by name: a solution that replaces `time.perf_counter` shall not stop our clock
from types import FrameType
from typing import Any


class OutOfTime(BaseException):
    """The time for measuring is over; no `except Exception` of the solution stops it."""


class LineClock:
    """Measures the lines of one file.

    Args:
        file: the solution's file.
        seconds: time after which the solution is interrupted.
    """

    def __init__(self, file: str, seconds: float) -> None:
        self._file = file
        self._until = perf_counter() + seconds
        self._seconds: dict[int, float] = {}
        self._callers: list[int] = []
        self._line = 0
        self._since = 0.0

    def run(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the function, measured.

        Raises:
            OutOfTime: see there.
        """
        self._line, self._since = 0, perf_counter()
        self._callers.clear()
        sys.settrace(self._enter)
        try:
            return function(*args, **kwargs)
        finally:
            sys.settrace(None)

    def hottest(self, count: int) -> list[tuple[int, float]]:
        """Number and share of the time of the lines that took most of it; calls of functions in other files included."""
        total = sum(self._seconds.values())
        ranked = sorted(self._seconds.items(), key=lambda item: -item[1])
        return [(line, seconds / total) for line, seconds in ranked[:count] if total]

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename != self._file:
            return None
        self._charge()
        self._callers.append(self._line)
        self._line = frame.f_lineno
        self._since = perf_counter()
        return self._inside

    def _inside(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        self._charge()
        if event == "return":
            self._line = self._callers.pop() if self._callers else 0
        elif event == "line":
            self._line = frame.f_lineno
        self._since = perf_counter()
        return self._inside

    def _charge(self) -> None:
        now = perf_counter()
        if self._line:
            self._seconds[self._line] = self._seconds.get(self._line, 0.0) + now - self._since
        if now > self._until:
            raise OutOfTime
