"""Two solutions in one check, compared value by value and component by component: what the diagnosis goes by.

A value that came back is taken apart: the arrays of a tuple, the entries of a dict, each is a component. Against the
reference's components one sees which of the learner's are wrong; against a mistake's, which of those it explains.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np

from harness.sandbox import wire

VALUE_RTOL = 1e-9
"""As in `assert_close`: what a check can tell from right, the diagnosis must tell apart too."""

NOISE = 1e-14
"""Share of an answer's largest number that is zero but for rounding: sums that cancel leave such numbers behind."""

FEW = 3
"""Places or numbers that are no coincidence."""

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Raised:
    """An exception in the place of a value."""

    type: str


def components(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The parts of a value that can be right or wrong by themselves, each with the way to it."""
    if isinstance(value, list | tuple):
        yield (*path, "length"), len(value)
        for i, item in enumerate(value):
            yield from components(item, (*path, i))
    elif isinstance(value, dict):
        yield (*path, "keys"), tuple(sorted(map(str, value)))
        for key, item in value.items():
            yield from components(item, (*path, key))
    elif isinstance(value, bytes):
        yield path, np.frombuffer(value, dtype=np.uint8)
    else:
        yield path, value


def same(a: Any, b: Any, rtol: float = VALUE_RTOL, atol: float = 0.0) -> bool:
    """Whether two components are the same up to rounding; objects that stay with the solution all look alike."""
    if type(a) is wire.Handle or type(b) is wire.Handle:
        return type(a) is type(b)
    if a is None or b is None or isinstance(a, str | bool | tuple | Raised) or isinstance(b, str | bool | tuple | Raised):
        return bool(type(a) is type(b) and a == b)
    left, right = np.asarray(a), np.asarray(b)
    if left.shape != right.shape or _precision(left.dtype) != _precision(right.dtype):
        return False
    return bool(np.all(_close(left, right, rtol, atol)))


def _precision(dtype: np.dtype) -> object:
    """What of a dtype can be right or wrong: integers are as good in any size."""
    return "integer" if dtype.kind in "iu" else dtype


def all_same(a: Any, b: Any) -> bool:
    """Whether two values are the same in all of their components."""
    return Parts.of(a).differing(Parts.of(b)) == ()


def _close(left: np.ndarray, right: np.ndarray, rtol: float = VALUE_RTOL, atol: float = 0.0) -> np.ndarray:
    """For each element, whether two arrays of one shape and dtype agree."""
    with np.errstate(invalid="ignore", over="ignore"):
        equal: np.ndarray = (left == right) | ((left != left) & (right != right))
        if left.dtype.kind not in "fc" or equal.all():
            return equal
        scale = _scale(left[np.isfinite(left) & np.isfinite(right)])
        rtol = max(rtol, 100 * float(np.finfo(left.dtype).eps))
        return equal | (np.abs(left - right) <= max(rtol * scale, atol))


def _scale(numbers: np.ndarray) -> float:
    """The size of these finite numbers, in which they may be off: the largest, unless it stands alone."""
    sizes = np.abs(numbers[numbers != 0])
    return float(min(sizes.max(), 1e6 * np.median(sizes))) if sizes.size else 0.0


@dataclass(frozen=True)
class Parts:
    """A value as its components, by path."""

    by_path: dict[Path, Any]

    @classmethod
    def of(cls, value: Any) -> Parts:
        return cls(dict(components(value)))

    @cached_property
    def size(self) -> float:
        """The size of its floating-point numbers."""
        arrays = [np.asarray(v) for v in self.by_path.values() if isinstance(v, np.ndarray | np.generic | float)]
        return max((_scale(a[np.isfinite(a)]) for a in arrays if a.dtype.kind == "f"), default=0.0)

    def get(self, path: Path) -> Any:
        return self.by_path.get(path, MISSING)

    def differing(self, other: Parts, rtol: float = VALUE_RTOL) -> tuple[Path, ...]:
        """Paths at which two values differ, or which only one of them has."""
        paths = dict.fromkeys((*self.by_path, *other.by_path))
        return tuple(path for path in paths if not same_or_missing(self.get(path), other.get(path), rtol))


class Trace(Enum):
    """What a wrong component shows, if the mistake has the same one."""

    NUMBERS = "numbers"
    PLACES = "places"  # wrong in some places and right in others, whatever stands there
    SHAPE = "shape"
    DTYPE = "dtype"
    ROUNDING = "rounding"  # numbers that lost digits, whichever those are
    PROPERTIES = "properties"  # of random results
    CHANGES = "changes"  # of arrays that belong to the caller
    ACCEPTED = "accepted"  # an argument that should have been rejected
    WARNING = "warning"  # of NumPy, with right numbers
    NOTHING = "nothing"  # an exception, None, NaN, a flag: too many mistakes look like that


@dataclass
class Support:
    """How well a mistake's wrong values are the learner's.

    Attributes:
        numbers: distinct finite wrong numbers that both have.
        kinds: of the wrong components that both have.
    """

    numbers: set[float] = field(default_factory=set)
    kinds: set[Trace] = field(default_factory=set)

    def add(self, other: Support) -> None:
        """Take another check's evidence in."""
        self.numbers |= other.numbers
        self.kinds |= other.kinds

    def take(self, got: Any, right: Any) -> None:
        """Note a wrong component of the learner's that the mistake has too; `right` is the reference's."""
        if isinstance(got, Raised | str | bool | tuple) or got is None or type(got) is wire.Handle:
            self.kinds.add(Trace.NOTHING)
            return
        value, expected = np.asarray(got), np.asarray(right) if _is_number(right) else None
        if expected is None or value.shape != expected.shape:
            self.kinds.add(Trace.SHAPE)
            return
        with np.errstate(invalid="ignore"):
            if _precision(value.dtype) != _precision(expected.dtype):
                self.kinds.add(Trace.DTYPE)
                value, expected = value.astype(np.float64), expected.astype(np.float64)
            astray = ~_close(value, expected)
            wrong = value[astray]
        if wrong.size >= FEW and np.count_nonzero(np.isfinite(value[~astray])) >= FEW:
            self.kinds.add(Trace.PLACES)
        telling = wrong[np.isfinite(wrong) & (wrong != 0)].astype(np.float64) if wrong.dtype.kind in "biuf" else wrong[:0]
        if telling.size:
            self.kinds.add(Trace.NUMBERS)
            self.numbers |= {float(f"{number:.6g}") for number in telling.flat[:64]}


def _is_number(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float) and not isinstance(value, bool)


class Match(Enum):
    """How a mistake's transcript of a check fits the learner's."""

    FULL = "full"  # it is the same, to the end
    PART = "part"  # some of the learner's wrong components; nothing that the learner does not have
    NONE = "none"


@dataclass(frozen=True)
class Fit:
    """A match, and what it rests on; `follows` where what it leaves open follows from what it explains."""

    match: Match
    evidence: Support
    follows: bool = False


class Deviated(BaseException):
    """A replay gave something that is neither the learner's nor right. Not an Exception, so that no check catches it."""


class Follower:
    """Listens to a replay of a mistake, compares it with the learner's transcript, and stops it where it cannot fit.

    What other functions make of a mistake depends on what a solution remembers and computes twice. So once the function
    that it is made in has given the learner's wrong answer, another function of the learner's may be right nevertheless.

    Args:
        learner: the answers of the learner's solution, in order.
        reference: those of the reference; where there are fewer, nothing is known to be right.
        places: names of the functions that the mistake is made in; empty where it is not known.
    """

    def __init__(self, learner: Sequence[Parts], reference: Sequence[Parts], places: Collection[str] = ()) -> None:
        self._learner, self._reference, self._places = learner, reference, places
        self._explained = self._unexplained = 0
        self.explained_in_place = False
        self._count = 0
        self._evidence = Support()

    def __call__(self, index: int, call: str, value: Any) -> None:
        if index >= len(self._learner):
            if self.explained_in_place or self._unexplained:
                return
            raise Deviated
        self._count = index + 1
        mine, parts = self._learner[index], Parts.of(_told(value))
        right = self._reference[index] if index < len(self._reference) else Parts({})
        atol = NOISE * right.size
        in_place = call.rpartition(".")[2] in self._places
        for path in dict.fromkeys((*mine.by_path, *parts.by_path)):
            got, theirs, due = (p.get(path) for p in (mine, parts, right))
            rtol = _rounding(due)
            if same_or_missing(_unspoilt(theirs), _unspoilt(got), rtol, atol):
                if not same_or_missing(got, due, rtol, atol):
                    self._explained += 1
                    self._evidence.take(got, due)
                    self.explained_in_place |= in_place
            elif _are_rounded(got, theirs, due):
                self._explained += 1
                self._evidence.kinds.add(Trace.ROUNDING)
            elif same_or_missing(theirs, due, rtol, atol):
                self._unexplained += 1
            elif in_place or not self.explained_in_place:
                raise Deviated
            elif not same_or_missing(got, due, rtol, atol):
                self._unexplained += 1

    @property
    def found_nothing(self) -> bool:
        """Whether all answers are the learner's, and right."""
        return self._count == len(self._learner) and not self._explained and not self._unexplained

    @property
    def leaves_wrong_answers(self) -> bool:
        """Whether the learner has wrong answers which the mistake does not explain."""
        return self._unexplained > 0

    def fit(self) -> Fit:
        """What was found, once the replay has ended."""
        ended_early = self._count < len(self._learner)
        if not self._explained or (ended_early and not self.explained_in_place):
            return Fit(Match.NONE, Support())
        return Fit(Match.PART if self._unexplained or ended_early else Match.FULL, self._evidence)


MISSING = object()


def _rounding(due: Any) -> float:
    """What may be rounding where this is right: float32 values stay as coarse in a float64 array."""
    if isinstance(due, np.ndarray | np.generic) and due.dtype.kind == "f":
        return max(VALUE_RTOL, 100 * float(np.finfo(due.dtype).eps))
    return VALUE_RTOL


def _unspoilt(answer: Any) -> Any:
    """An answer in which inf is NaN: which of them an overflow ends in depends on how the rest is written."""
    if not isinstance(answer, float | np.floating | np.ndarray) or np.asarray(answer).dtype.kind != "f":
        return answer
    finite = np.isfinite(answer)
    return answer if finite.all() else np.where(finite, answer, np.asarray(np.nan, dtype=np.asarray(answer).dtype))


def _are_rounded(got: Any, theirs: Any, due: Any) -> bool:
    """Whether two wrong answers of double precision are both what single precision would make of the right one."""
    if not all(isinstance(one, np.ndarray) and one.dtype == np.float64 for one in (got, theirs, due)):
        return False
    if not got.shape == theirs.shape == due.shape:
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        errors = [float(np.max(np.abs(one - due), initial=0.0)) for one in (got, theirs)]
    unit = float(np.finfo(np.float32).eps) * _scale(due[np.isfinite(due)])
    return all(unit / 100 < error < 5 * unit for error in errors) and max(errors) < 10 * min(errors)


def same_or_missing(a: Any, b: Any, rtol: float = VALUE_RTOL, atol: float = 0.0) -> bool:
    """`same`, where either side may lack the component."""
    if a is MISSING or b is MISSING:
        return a is b
    return same(a, b, rtol, atol)


def _told(value: Any) -> Any:
    """An answer as the transcript gives it, with exceptions as what they are."""
    return Raised(value.removeprefix("raised ")) if isinstance(value, str) and value.startswith("raised ") else value


def answers(values: Sequence[tuple[str, Any]]) -> list[Parts]:
    """The answers of a transcript, taken apart."""
    return [Parts.of(_told(value)) for _, value in values]
