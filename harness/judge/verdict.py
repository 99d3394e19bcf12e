"""The verdict: plain data, written by the judge and read by everything that shows or keeps it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

SCHEMA = 1

SEVERE = 15
"""Points that a wrong value costs at least, however many other checks pass."""


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"  # the solution answered, wrongly
    ERROR = "error"  # the solution raised an exception
    TIMEOUT = "timeout"  # a call did not return in time
    CRASHED = "crashed"  # the solution's process died
    BLOCKED = "blocked"  # not run; the message says why


class Cause(StrEnum):
    """Why a check did not pass, as data: sentences may be reworded, this may not."""

    NOT_IMPORTABLE = "not importable"  # running the file failed
    MISSING = "missing"  # the file does not define a name that the check needs
    NOT_WRITTEN = "not written"  # the stub's NotImplementedError
    NOT_CONSTRUCTED = "not constructed"  # a constructor raised
    RAISED = "raised"  # another call raised
    WRONG_SHAPE = "wrong shape"
    WRONG_DTYPE = "wrong dtype"
    WRONG_VALUE = "wrong value"
    NOT_FINITE = "not finite"
    WRONG_DERIVATIVE = "wrong derivative"  # backward is not the derivative of the solution's own forward
    WRONG_BEHAVIOUR = "wrong behaviour"  # anything else that a check says in words
    NOT_REJECTED = "not rejected"  # a bad argument did not raise ValueError, or not with the right words
    CHANGED_INPUT = "changed input"
    WARNED = "warned"
    UNUSABLE = "unusable"  # what came back is no data, or too much of it
    TIMEOUT = "timeout"
    OUT_OF_TIME = "out of time"  # the whole check ran out of its time
    CRASHED = "crashed"
    BLOCKED = "blocked"  # not run, because of another check's failure


@dataclass(frozen=True)
class Diagnosis:
    """A mistake that a failed check shows. `mistake` is its name in the bank, or None for a generic pattern."""

    mistake: str | None
    explanation: str


@dataclass(frozen=True)
class Evidence:
    """What one needs to see of a failing check.

    Attributes:
        calls: the calls that lead to the failure, with the shapes of their operands.
        inputs: small operands in full, as (name, text).
        got, expected: both values in full where they are small, else empty.
    """

    calls: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()
    got: str = ""
    expected: str = ""


@dataclass(frozen=True)
class CheckResult:
    """One check. `seconds` is its wall time, `output` what the solution printed meanwhile."""

    name: str
    title: str
    outcome: Outcome
    message: str = ""
    seconds: float = 0.0
    cause: Cause | None = None
    diagnosis: tuple[Diagnosis, ...] = ()
    output: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True)
class GroupResult:
    """The checks of one class of hidden tests, and the points for them."""

    name: str
    points: int
    checks: tuple[CheckResult, ...]

    @property
    def earned(self) -> int:
        """Points for the share of checks that passed, rounded down, so that all of them need all checks.

        In a group worth more than `SEVERE` points the first failure costs that many at least.
        """
        passed = sum(check.outcome is Outcome.PASSED for check in self.checks)
        if not self.checks or passed == len(self.checks):
            return self.points if self.checks else 0
        share = self.points * passed // len(self.checks)
        return share if self.points <= SEVERE else min(share, self.points - SEVERE)


@dataclass(frozen=True)
class Timing:
    """Time of the solution compared with the reference's: the ratio of their fastest runs, between low and high.

    Attributes:
        rounds: how many pairs it rests on. A solution that leaves no time for more is measured once.
        remark: what should be known of it; usually empty.
    """

    ratio: float
    low: float
    high: float
    solution_ms: float
    reference_ms: float
    rounds: int
    remark: str = ""


@dataclass(frozen=True)
class HotLine:
    """The line of a slow solution that most of its time goes into.

    Attributes:
        line, code: its number and text.
        share: of the time, between 0 and 1.
        loops: how many Python loops it is inside of.
        whole: whether all of the workload was measured, not only the first second.
    """

    line: int
    code: str
    share: float
    loops: int
    whole: bool


@dataclass(frozen=True)
class HuntCount:
    """How many of the mistakes planted in a file are left; `exact` means that they account for all that fails."""

    planted: int
    left: int
    exact: bool = True


@dataclass(frozen=True)
class Symptoms:
    """What a hunt by symptoms tells: the training run in its file, beside that of a correct solution.

    Attributes:
        losses, expected: of each step.
        stopped: why the run ended early; empty where it did not.
    """

    losses: tuple[float, ...]
    expected: tuple[float, ...]
    stopped: str = ""

    @property
    def differs_from(self) -> int | None:
        """The first step whose loss is another than a correct solution's by more than rounding explains."""
        pairs = zip(self.losses, self.expected, strict=False)
        return next((step for step, pair in enumerate(pairs) if not math.isclose(*pair, rel_tol=1e-6, abs_tol=1e-6)), None)

    def as_json(self) -> dict[str, Any]:
        """As a part of the verdict; what JSON has no number for is null."""
        return {
            "losses": [round(loss, 6) if math.isfinite(loss) else None for loss in self.losses],
            "expected": [round(loss, 6) for loss in self.expected],
            "stopped": self.stopped,
        }


@dataclass(frozen=True)
class Verdict:
    """All that one `kata check` found out.

    Attributes:
        file: the path as the learner knows it.
        mistakes: names of the mistakes that were recognised, the one that explains most first.
        unexplained: how many failing checks show something else.
        not_timed: why it could not be timed; empty if it was, or if it was only too slow for it.
        hot_line: where the time goes, if it is much slower than the reference, or too slow to be timed.
        hunt: for a bug hunt, how far it is.
        symptoms: for a hunt by symptoms, all that is told.
    """

    kata: str
    file: str
    seed: int
    groups: tuple[GroupResult, ...]
    timing: Timing | None = None
    not_timed: str = ""
    hot_line: HotLine | None = None
    output: str = ""
    mistakes: tuple[str, ...] = ()
    unexplained: int = 0
    hunt: HuntCount | None = None
    symptoms: Symptoms | None = None
    clock_seconds: float | None = None
    check_seconds: float = 0.0
    sandbox: str = ""
    schema: int = field(default=SCHEMA, init=False)

    @property
    def score(self) -> int:
        """Points of 100; 100 only when every check passed."""
        return sum(group.earned for group in self.groups)

    @property
    def passed(self) -> bool:
        """Whether there are checks, and every one passed."""
        outcomes = {check.outcome for check in self.checks()}
        return outcomes == {Outcome.PASSED}

    def checks(self) -> Iterator[CheckResult]:
        """All checks, group after group."""
        for group in self.groups:
            yield from group.checks

    def outcomes_only(self) -> Verdict:
        """The same, told as in an interview: which checks fail, but nothing about why. What the solution raised stays."""
        groups = tuple(replace(group, checks=tuple(_outcome_only(check) for check in group.checks)) for group in self.groups)
        return replace(self, groups=groups)

    def symptoms_only(self) -> Verdict:
        """The same without a word on its checks: only how many there are, and how many fail."""
        groups = tuple(replace(group, checks=tuple(_nameless(check) for check in group.checks)) for group in self.groups)
        return replace(self, groups=groups, output="", mistakes=(), unexplained=0)

    def as_json(self) -> dict[str, Any]:
        """The verdict as `kata check --json` prints it."""
        return {
            "schema": self.schema,
            "kata": self.kata,
            "file": self.file,
            "seed": self.seed,
            "score": self.score,
            "passed": self.passed,
            "groups": [_group_json(group) for group in self.groups],
            "timing": None if self.timing is None else _rounded(vars(self.timing)),
            "not_timed": self.not_timed or None,
            "hot_line": None if self.hot_line is None else _rounded(vars(self.hot_line)),
            "output": self.output,
            "mistakes": list(self.mistakes),
            "unexplained": self.unexplained,
            "hunt": None if self.hunt is None else vars(self.hunt),
            "symptoms": None if self.symptoms is None else self.symptoms.as_json(),
            "clock_seconds": None if self.clock_seconds is None else round(self.clock_seconds, 1),
            "check_seconds": round(self.check_seconds, 3),
            "sandbox": self.sandbox,
        }


def json_line(value: dict[str, Any]) -> str:
    """One object as JSON on one line.

    Letters of any language stay as they are. What a terminal acts on instead of showing it (control characters, signs that
    turn the direction of text around) is escaped, as JSON allows everywhere in a text.
    """
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return line if line.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if type(value) is float else value for name, value in values.items()}


def _outcome_only(check: CheckResult) -> CheckResult:
    message = "" if check.outcome is Outcome.FAILED else check.message
    return replace(check, message=message, diagnosis=(), evidence=None)


def _nameless(check: CheckResult) -> CheckResult:
    return CheckResult("", "", check.outcome, cause=check.cause)


def _group_json(group: GroupResult) -> dict[str, Any]:
    return {
        "name": group.name,
        "points": group.points,
        "earned": group.earned,
        "checks": [
            {
                "name": check.name,
                "title": check.title,
                "outcome": str(check.outcome),
                "cause": None if check.cause is None else str(check.cause),
                "message": check.message,
                "seconds": round(check.seconds, 4),
                "diagnosis": [{"mistake": d.mistake, "explanation": d.explanation} for d in check.diagnosis],
                "evidence": None if check.evidence is None else vars(check.evidence),
            }
            for check in group.checks
        ],
    }
