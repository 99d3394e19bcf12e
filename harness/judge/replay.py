"""One check against one solution, without pytest around it: what the plugin, the diagnosis and `kata dev check` share."""

from __future__ import annotations

import time
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.verdict import Outcome
from harness.sandbox.errors import (
    BudgetSpent,
    CallTimeout,
    JudgeFailure,
    Refused,
    SolutionMissing,
    SolutionRaised,
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
    """

    name: str
    group: str
    title: str
    function: Callable[..., None]
    arguments: dict[str, Any] = field(default_factory=dict)
    compares_properties: bool = False


@dataclass(frozen=True)
class Attempt:
    """How one check went with one solution."""

    outcome: Outcome
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
        for call, argument in solution._transcript.changes:
            raise CheckFailed(f"{call} changed {argument}, which belongs to its caller: work on a copy")
    except JudgeFailure:
        raise
    except Exception as caught:
        error = caught
    outcome, message = (Outcome.PASSED, "") if error is None else classify(error, solution)
    seconds = time.perf_counter() - began
    return Attempt(outcome, printable(message), seconds, solution._transcript, error, printable(backend.check_output))


def printable(message: str) -> str:
    """A message as a terminal can show it: what it quotes of the solution may hold control characters, or have no end."""
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in message)
    return shown if len(shown) <= MAX_MESSAGE_CHARS else f"{shown[:MAX_MESSAGE_CHARS]} [...]"


def classify(error: BaseException, solution: Solution) -> tuple[Outcome, str]:
    """What an exception out of a check means for the learner."""
    if isinstance(error, SolutionRaised):
        if error.error.is_a("SystemExit"):
            return Outcome.CRASHED, f"{error.call} called sys.exit({error.error.message})"
        if not error.error.is_a("Exception"):
            return Outcome.CRASHED, str(error)
        return Outcome.ERROR, str(error)
    if isinstance(error, CallTimeout | BudgetSpent):
        return Outcome.TIMEOUT, str(error)
    if isinstance(error, WorkerCrashed):
        return Outcome.CRASHED, str(error)
    if isinstance(error, SolutionMissing):
        return Outcome.ERROR, str(error)
    if isinstance(error, CheckFailed | Refused):
        return Outcome.FAILED, str(error)
    values = solution._transcript.values
    last = values[-1][0] if values else solution._file
    detail = str(error).strip().splitlines()[:1]
    return Outcome.FAILED, f"the check could not use what {last} returned ({type(error).__name__}: {''.join(detail)})"
