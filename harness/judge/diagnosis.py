"""Which mistake does a failed check show?

The judge replays the check, same seed, against each mistake of the bank in this process, and follows along in the transcript
of what the learner's solution returned. A mistake that returns the same values to the end, and fails too, is the learner's.
A replay is broken off at the first value that differs, so a bank of forty costs little.

One wrong line fails many checks, and a single check may fit several mistakes; so the mistake that explains most of the
failed checks is named first. Where no mistake fits, `patterns` looks at the wrong numbers themselves.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.bank import Mistake, public_names
from harness.judge.patterns import describe_difference
from harness.judge.replay import Attempt, Check, run_check
from harness.judge.verdict import Diagnosis, Outcome
from harness.sandbox import wire
from harness.sandbox.local import LocalBackend
from harness.sandbox.transcript import Transcript

SECONDS = 3.0
VALUE_RTOL = 1e-6
PROPERTY_RTOL = 0.05
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")


class _Deviated(BaseException):
    """A replay returned something else than the learner's solution did. Not an Exception, so that no check catches it."""


class _Follower:
    """Listens to a replay and stops it at the first value that is not the learner's."""

    def __init__(self, followed: Transcript) -> None:
        self.values = followed.values
        self.agreed = 0

    def __call__(self, index: int, call: str, value: Any) -> None:
        if index >= len(self.values) or not same(self.values[index][1], value):
            raise _Deviated
        self.agreed = index + 1


def diagnose(
    failed: Sequence[tuple[Check, Attempt]], reference: ModuleType, bank: Sequence[Mistake], seed: int
) -> dict[str, tuple[Diagnosis, ...]]:
    """For each failed check, by name, the mistake it shows; or, where none of the bank fits, what the numbers tell.

    Args:
        failed: failed checks with the learner's attempts.
        reference: the kata's reference module.
        bank: its mistakes.
        seed: the seed of the run.
    """
    give_up = time.perf_counter() + SECONDS
    failed = [(check, attempt) for check, attempt in failed if attempt.transcript.complete]
    found: dict[str, list[Mistake]] = {}
    explained: Counter[str] = Counter()
    for check, attempt in failed:
        if attempt.outcome not in (Outcome.FAILED, Outcome.ERROR) or time.perf_counter() > give_up:
            continue
        # a mistake that explained an earlier check most likely explains this one; only if none does, the others are tried
        known = [mistake for mistake in bank if explained[mistake.name]]
        others = [mistake for mistake in bank if not explained[mistake.name]]
        found[check.name] = _that_fit(known, check, attempt, reference, seed) or _that_fit(
            others, check, attempt, reference, seed
        )
        explained.update(mistake.name for mistake in found[check.name])
    return {
        check.name: _best(found.get(check.name) or _partly(bank, check, attempt, reference, seed, give_up), explained)
        or _pattern(attempt)
        for check, attempt in failed
    }


def _that_fit(
    mistakes: Sequence[Mistake], check: Check, attempt: Attempt, reference: ModuleType, seed: int
) -> list[Mistake]:
    """The mistakes that fail the check with the learner's very transcript."""
    return [m for m in mistakes if _agreement(check, attempt, m.names(), seed)[0]]


def _partly(
    bank: Sequence[Mistake], check: Check, attempt: Attempt, reference: ModuleType, seed: int, give_up: float
) -> list[Mistake]:
    """Where two mistakes meet in one check: those that share the learner's first wrong value, if that says enough."""
    if attempt.outcome not in (Outcome.FAILED, Outcome.ERROR) or check.compares_properties:
        return []
    first_wrong = _agreement(check, attempt, public_names(reference), seed)[1]
    if not _telling(attempt, first_wrong):
        return []
    return [
        mistake
        for mistake in bank
        if time.perf_counter() < give_up and _agreement(check, attempt, mistake.names(), seed)[1] > first_wrong
    ]


def same(a: Any, b: Any, rtol: float = VALUE_RTOL) -> bool:
    """Whether two returned values are the same up to rounding; objects that stay with the solution all look alike."""
    if type(a) is wire.Handle or type(b) is wire.Handle:
        return type(a) is type(b)
    if isinstance(a, list | tuple) or isinstance(b, list | tuple):
        both = isinstance(a, list | tuple) and isinstance(b, list | tuple)
        return both and len(a) == len(b) and all(same(x, y, rtol) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) or isinstance(b, dict):
        return (
            isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k], rtol) for k in a)
        )
    if a is None or b is None or isinstance(a, str | bool) or isinstance(b, str | bool):
        return bool(type(a) is type(b) and a == b)
    left, right = np.asarray(a), np.asarray(b)
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        equal = (left == right) | ((left != left) & (right != right))
        if equal.all():
            return True
        if left.dtype.kind in "biu":
            left, right = left.astype(np.float64), right.astype(np.float64)
        if left.dtype.kind not in "fc":
            return False
        finite = np.isfinite(left)
        scale = float(np.max(np.abs(left[finite]), initial=0.0))
        rtol = max(rtol, 100 * float(np.finfo(left.dtype).eps))
        close = np.abs(left - right) <= rtol * scale
        return bool(np.all(equal | close))


def _agreement(check: Check, attempt: Attempt, names: Mapping[str, Any], seed: int) -> tuple[bool, int]:
    """Replay: does it fail with the very transcript of `attempt`, and how many values did it share from the start?"""
    if check.compares_properties:
        replay = run_check(check, LocalBackend(names), "", seed)
        alike = (
            replay.outcome is attempt.outcome
            and NUMBER.sub("#", replay.message) == NUMBER.sub("#", attempt.message)
            and [name for name, _ in replay.transcript.notes] == [name for name, _ in attempt.transcript.notes]
            and all(
                same(x, y, PROPERTY_RTOL)
                for (_, x), (_, y) in zip(replay.transcript.notes, attempt.transcript.notes, strict=True)
            )
        )
        return alike, 0
    follower = _Follower(attempt.transcript)
    try:
        replay = run_check(check, LocalBackend(names), "", seed, Transcript(listener=follower))
    except _Deviated:
        return False, follower.agreed
    complete = follower.agreed == len(follower.values)
    alike = replay.outcome is attempt.outcome and replay.transcript.changes == attempt.transcript.changes
    return complete and alike, follower.agreed


def _telling(attempt: Attempt, index: int) -> bool:
    """Whether the value at that place says enough to name a mistake by it alone: an array of several numbers."""
    values = attempt.transcript.values
    value = values[index][1] if index < len(values) else None
    parts = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(part, np.ndarray) and part.size > 2 for part in parts)


def _best(found: Sequence[Mistake], explained: Counter[str]) -> tuple[Diagnosis, ...]:
    if not found:
        return ()
    best = max(found, key=lambda mistake: explained[mistake.name])
    return (Diagnosis(best.name, best.explanation),)


def _pattern(attempt: Attempt) -> tuple[Diagnosis, ...]:
    if not isinstance(attempt.error, CheckFailed) or attempt.error.got is None:
        return ()
    text = describe_difference(attempt.error.got, attempt.error.expected, attempt.transcript.input_shape)
    return (Diagnosis(None, text),) if text else ()
