"""Bad arguments: one list for each kata, from which its checks are made and with which its statement is compared.

    class TestErrors(Errors):
        rejections = (
            Rejection("Conv2d(...)", "`stride` is below 1", lambda s, v: s.Conv2d(1, 1, 3, stride=v), (0, -1), "stride"),
        )

The first two are a row of the table of errors in `statement.md`, to the letter: `kata dev check` compares the two lists.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import pytest

from harness.judge.assertions import CheckFailed
from harness.judge.verdict import Cause
from harness.sandbox.errors import SolutionRaised
from harness.sandbox.proxy import Solution

SHAPE_WORDS = ("shape", "size", "mismatch", "aligned", "broadcast")
"""Words of NumPy's own ValueErrors for shapes that do not fit, which are as good as ours: they tell the sizes."""

ASPECTS = ("shape", "dtype", "width", "length")
"""What a bad value may be of an argument that is an array: "x of shape (2, 3)"."""


@dataclass(frozen=True)
class Rejection:
    """One row of the table of errors.

    Attributes:
        call: the first column, without its backticks: the call that raises, as `Conv2d(...)`.
        when: the second column: what is wrong with its arguments.
        attempt: makes the call with one bad value: `(solution, value)`. Its second parameter's name says what the value is
            of the argument: one of `ASPECTS`, or another of `names` that fits better; any other name means the argument.
        values: the bad values to try.
        names: the argument's name, or several words one of which a message may use for it.
        shown: what of a bad value the message must show, where it is not the value itself; None for nothing.
    """

    call: str
    when: str
    attempt: Callable[[Any, Any], Any]
    values: tuple[Any, ...]
    names: str | tuple[str, ...]
    shown: Callable[[Any], Any] | None = lambda value: value

    def __str__(self) -> str:
        return f"{self.call} raises ValueError when {self.when.replace('`', '')}"

    def subject(self, value: Any) -> str | None:
        """What messages call the argument with this bad value; None where they show none."""
        if self.shown is None:
            return None
        shown = self.shown(value)
        names = (self.names,) if isinstance(self.names, str) else self.names
        _, meant = inspect.signature(self.attempt).parameters
        if meant != names[0] and (shown is value or meant == "dtype"):
            if meant in ASPECTS[:2] or (meant in ASPECTS and meant not in names):
                return f"{names[0]} of {meant} {shown}"
            if meant in names:
                return f"{meant}={shown!r}"
        return f"{names[0]}={shown!r}"

    @property
    def slug(self) -> str:
        """The row's name in the name of its check."""
        return "-".join(re.findall(r"[A-Za-z0-9_.]+", f"{self.call.partition('(')[0]} {self.when}"))


class Errors:
    """The checks of a kata's table of errors, one for each row."""

    rejections: ClassVar[tuple[Rejection, ...]]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if metafunc.function.__name__ == "test_rejected":
            metafunc.parametrize("row", self.rejections, ids=[row.slug for row in self.rejections])

    def test_rejected(self, solution: Solution, row: Rejection) -> None:
        """{row}"""
        failures = []
        for value in row.values:  # all of them: the diagnosis tells a missing check from a wrong limit
            shown = row.shown(value) if row.shown else None
            try:
                call = partial(row.attempt, solution, value)
                assert_rejects(call, row.names, shown, row.subject(value))
            except CheckFailed as failure:
                failure.exchanges = len(solution._transcript.exchanges)
                failures.append(failure)
        if failures:
            raise failures[0]


def assert_rejects(call: Callable[[], Any], names: str | Sequence[str], value: Any, subject: str | None = None) -> None:
    """Fail unless `call` raises ValueError with a message that names the argument and the value.

    Args:
        call: the call with one bad argument.
        names: the argument's name, or several words one of which a message may use for it; upper case, `_` and spaces
            are all the same.
        value: the bad value, or None where there is no single one to show. A number may be written in any way, and may
            stand among others, as in a shape; of a pair one number is enough.
        subject: what a failure calls the argument with its value; by default `name=value`.
    """
    names = (names,) if isinstance(names, str) else tuple(names)
    argument = subject or (names[0] if value is None else f"{names[0]}={value!r}")
    try:
        call()
    except SolutionRaised as raised:
        error = raised.error
        if error.is_a("NotImplementedError"):
            raise
        if not error.is_a("ValueError"):
            came = f"{raised.call} raised {error.type}: {error.message}"
            raise CheckFailed(f"{argument} must raise ValueError, but {came}", cause=Cause.NOT_REJECTED) from raised
        missing = [
            part
            for part, there in (("argument", _names_one_of(error.message, names)), ("value", _shows(error.message, value)))
            if not there
        ]
        if missing:
            raise CheckFailed(
                f"{argument} raises ValueError, but its message does not name the {' and the '.join(missing)}: "
                f"{error.message!r}",
                cause=Cause.NOT_REJECTED,
            ) from None
        return
    raise CheckFailed(f"{argument} must raise ValueError, but nothing was raised", cause=Cause.NOT_REJECTED)


def _names_one_of(message: str, names: Sequence[str]) -> bool:
    text = message.lower().replace("_", " ")
    return any(re.search(rf"(?<![a-z]){re.escape(name.lower().replace('_', ' '))}s?(?![a-z])", text) for name in names)


def _shows(message: str, value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, tuple):
        return any(_shows(message, part) for part in value)
    if isinstance(value, int | float):
        return any(float(number) == value for number in re.findall(r"-?\d+\.?\d*(?:[eE][-+]?\d+)?", message))
    return str(value).lower() in message.lower()
