"""One check against one solution, without pytest around it: what the plugin, the diagnosis and `kata dev check` share."""

from __future__ import annotations

import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.verdict import Cause, Outcome
from harness.sandbox.errors import (
    BudgetSpent,
    CallTimeout,
    JudgeFailure,
    Refused,
    SandboxError,
    SolutionMissing,
    SolutionRaised,
    Stage,
    WorkerCrashed,
)
from harness.sandbox.proxy import Backend, Solution
from harness.sandbox.transcript import Transcript

MAX_MESSAGE_CHARS = 3000


@dataclass(frozen=True)
class Check:
    """One hidden test function, ready to be called.

    Args:
        name: class and function, with parameters: `TestForward::test_values[stride2]`.
        group: the group's name in `kata.toml`.
        title: the docstring's first line.
        function: takes the fixtures `solution` and `rng`, and `arguments`.
        arguments: values of its parametrisation.
        compares_properties: whether the diagnosis shall compare noted properties instead of values.
        watches_inputs: whether it is the one that arrays of the caller which any call changes count against.
        is_common: whether it comes from a contract, not from the kata.
    """

    name: str
    group: str
    title: str
    function: Callable[..., None]
    arguments: dict[str, Any] = field(default_factory=dict)
    compares_properties: bool = False
    watches_inputs: bool = False
    is_common: bool = False


@dataclass(frozen=True)
class Attempt:
    """How one check went with one solution. `output` is what the solution printed during it."""

    outcome: Outcome
    cause: Cause | None
    message: str
    seconds: float
    transcript: Transcript
    error: BaseException | None = None
    output: str = ""


def check_rng(name: str, seed: int) -> np.random.Generator:
    """The generator of one check: it depends on the check's name and the run's seed, and on nothing else."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def run_check(check: Check, backend: Backend, file: str, seed: int, transcript: Transcript | None = None) -> Attempt:
    """Run one check against the solution behind `backend`; `transcript`, if given, is the one to write."""
    solution = Solution(backend, file, transcript)
    began = time.perf_counter()
    error: BaseException | None = None
    try:
        backend.begin_check(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of our own arithmetic on whatever numbers come; the solution's are recorded
            check.function(solution=solution, rng=check_rng(check.name, seed), **check.arguments)
            solution._settle()
        if check.watches_inputs and solution._transcript.changes:
            raise _changed_inputs(solution._transcript.changes)
    except JudgeFailure:
        raise
    except Exception as caught:
        error = caught
    outcome, cause, message = (Outcome.PASSED, None, "") if error is None else classify(error, solution)
    seconds = time.perf_counter() - began
    return Attempt(outcome, cause, escaped(message), seconds, solution._transcript, error, backend.check_output)


def changed_inputs_counted(attempts: Sequence[tuple[Check, Attempt]]) -> Iterator[tuple[Check, Attempt]]:
    """What arrays of the caller that calls of any check changed turn into: the failure of the check that watches them.

    Gives that check with its new attempt; nothing where it has failed already, or where no array was changed.
    """
    changes = [change for _, attempt in attempts for change in attempt.transcript.changes]
    for check, attempt in attempts:
        if check.watches_inputs and changes and attempt.outcome is Outcome.PASSED:
            failure = _changed_inputs(changes)
            message = escaped(str(failure))
            yield check, replace(attempt, outcome=Outcome.FAILED, cause=failure.cause, message=message, error=failure)
            return


def _changed_inputs(changes: Sequence[tuple[str, str]]) -> CheckFailed:
    told = " and ".join(f"{call} changed {argument}" for call, argument in dict.fromkeys(changes))
    which = "which belongs" if len(set(changes)) == 1 else "which belong"
    return CheckFailed(f"{told}, {which} to the caller: work on a copy", cause=Cause.CHANGED_INPUT)


def escaped(message: str) -> str:
    """A message that a terminal can show: it may quote control characters of the solution, or have no end."""
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in message)
    return shown if len(shown) <= MAX_MESSAGE_CHARS else f"{shown[:MAX_MESSAGE_CHARS]} [...]"


def classify(error: BaseException, solution: Solution) -> tuple[Outcome, Cause, str]:
    """What an exception out of a check means for the learner."""
    sentence = str(error)
    match error:
        case SandboxError(stage=Stage.IMPORT):
            outcome = Outcome.ERROR if isinstance(error, SolutionRaised) else _ended(error)
            if isinstance(error, SolutionRaised) and not error.error.is_a("Exception"):
                outcome, sentence = Outcome.CRASHED, _left(error)
            return outcome, Cause.NOT_IMPORTABLE, sentence
        case SolutionRaised() if not error.error.is_a("Exception"):
            return Outcome.CRASHED, Cause.CRASHED, _left(error)
        case SolutionRaised():
            if error.not_written:
                return Outcome.ERROR, Cause.NOT_WRITTEN, sentence
            cause = Cause.NOT_CONSTRUCTED if error.stage is Stage.CONSTRUCT else Cause.RAISED
            return Outcome.ERROR, cause, sentence
        case SolutionMissing():
            return Outcome.ERROR, Cause.MISSING, sentence
        case BudgetSpent():
            return Outcome.TIMEOUT, Cause.OUT_OF_TIME, sentence
        case CallTimeout():
            return Outcome.TIMEOUT, Cause.TIMEOUT, sentence
        case WorkerCrashed():
            return Outcome.CRASHED, Cause.CRASHED, sentence
        case CheckFailed():
            return Outcome.FAILED, error.cause, sentence
        case Refused():
            return Outcome.FAILED, Cause.UNUSABLE, sentence
    values = solution._transcript.values
    last = values[-1][0] if values else solution._file
    detail = "".join(sentence.strip().splitlines()[:1])
    return (
        Outcome.FAILED,
        Cause.UNUSABLE,
        f"the check could not use what {last} returned ({type(error).__name__}: {detail})",
    )


def _ended(error: SandboxError) -> Outcome:
    return Outcome.TIMEOUT if isinstance(error, CallTimeout | BudgetSpent) else Outcome.CRASHED


def _left(error: SolutionRaised) -> str:
    if error.error.is_a("SystemExit"):
        return f"{error.call} called sys.exit({error.error.message})"
    return str(error)
