"""The pytest plugin: collects hidden tests as checks, gives them their fixtures, and writes down how each went."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from harness.judge.assertions import CheckFailed
from harness.judge.replay import Attempt, Check, changed_inputs_counted, escaped, run_check
from harness.judge.verdict import Cause, CheckResult, Outcome
from harness.sandbox.errors import BudgetSpent, JudgeFailure, SandboxError, SolutionMissing, SolutionRaised, Stage
from harness.sandbox.proxy import Backend
from harness.sandbox.transcript import Transcript

MAX_TIMEOUTS = 2
MAX_KEPT_BYTES = 256 * 2**20


class CheckPlugin:
    """Runs each collected hidden test as a check, and keeps the results in order.

    Args:
        backend: the solution to judge; None to collect only.
        file: the solution's file, for sentences.
        seed: the run's seed.
        on_result: called after each check with the number done and the number of all.
    """

    def __init__(
        self,
        backend: Backend | None,
        file: str,
        seed: int,
        on_result: Callable[[int, int], None] | None = None,
    ) -> None:
        self.checks: list[Check] = []
        self.attempts: dict[str, Attempt] = {}
        self.results: dict[str, CheckResult] = {}
        self.collection_errors: list[str] = []
        self.failure: BaseException | None = None
        self._backend, self._file, self._seed, self._on_result = backend, file, seed, on_result
        self._blockers: dict[tuple[Any, ...], str] = {}
        self._blocked = ""
        self._timeouts = 0
        self._kept_bytes = 0

    @pytest.fixture
    def solution(self) -> None:
        """The learner's solution. Declared for pytest; `run_check` supplies it, with or without pytest around."""

    @pytest.fixture
    def rng(self) -> None:
        """A generator seeded by the check's name and the run's seed. Declared for pytest; `run_check` supplies it."""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            lines = str(report.longrepr).splitlines()  # pytest guesses at names of modules, which are never at fault here
            self.collection_errors.append("\n".join(line for line in lines if not line.startswith("Hint: ")))

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        self.checks = [_check(item) for item in items]

    def pytest_runtest_protocol(self, item: pytest.Function) -> bool:
        """Run one check in our own way: same fixtures, but a transcript is kept and no report is printed."""
        try:
            self._keep(self.checks[len(self.results)])
        except (JudgeFailure, KeyboardInterrupt) as failure:
            self.failure = failure
            item.session.shouldstop = "the judge failed" if isinstance(failure, JudgeFailure) else "interrupted"
        return True

    def run(self, checks: Sequence[Check]) -> None:
        """Run checks that pytest collected earlier in this process, without pytest around them.

        Raises:
            JudgeFailure, KeyboardInterrupt, Interrupted: see `judge`.
        """
        self.checks = list(checks)
        for check in self.checks:
            self._keep(check)

    def count_changed_inputs(self) -> None:
        """Let arrays of the caller that calls of any check changed count against the one check that is about that."""
        for check, attempt in changed_inputs_counted([(check, self.attempts[check.name]) for check in self.checks]):
            self.attempts[check.name] = attempt
            self.results[check.name] = _result(check, attempt)

    def show_evidence(self, module: str) -> None:
        """Add the evidence to the first failed check: the one that the learner is asked to fix."""
        for check in self.checks:
            attempt = self.attempts[check.name]
            if attempt.outcome in (Outcome.FAILED, Outcome.ERROR):
                from harness.judge.bank import load_reference, public_names
                from harness.judge.evidence import evidence_of

                evidence = evidence_of(attempt, public_names(load_reference(module)))
                self.results[check.name] = replace(self.results[check.name], evidence=evidence)
                return

    def _keep(self, check: Check) -> None:
        attempt = self._run(check)
        self._kept_bytes += attempt.transcript.size
        if attempt.error is None or self._kept_bytes > MAX_KEPT_BYTES:  # nobody asks about a check that passed
            self._kept_bytes -= attempt.transcript.size
            attempt.transcript.forget()
        self.attempts[check.name] = attempt
        self.results[check.name] = _result(check, attempt)
        if self._on_result:
            self._on_result(len(self.results), len(self.checks))

    def _run(self, check: Check) -> Attempt:
        if self._blocked:
            return _blocked(self._blocked)
        assert self._backend is not None
        attempt = run_check(check, self._backend, self._file, self._seed)
        if attempt.outcome is Outcome.TIMEOUT:
            self._timeouts += 1
            if isinstance(attempt.error, BudgetSpent):
                self._blocked = "not run: the whole check ran out of its time"
            elif self._timeouts == MAX_TIMEOUTS:
                self._blocked = f"not run: {MAX_TIMEOUTS} checks had run out of time already"
        cause = _shared_cause(attempt.error)
        if cause is None:
            return attempt
        first = self._blockers.setdefault(cause, check.name)
        if cause[0] == "importing":
            self._blocked = f"not run: {self._file} could not be imported (see above)"
        return attempt if first == check.name else _blocked(f"not run: {cause[-1]} (see above)")


def _shared_cause(error: BaseException | None) -> tuple[Any, ...] | None:
    """What identifies an error that stops many checks alike and need be said only once, or None for any other.

    The last part is what to say of it.
    """
    if isinstance(error, SandboxError) and error.stage is Stage.IMPORT:
        return "importing", _first_line(error)
    if isinstance(error, SolutionMissing):
        return "missing", error.name, _first_line(error)
    if isinstance(error, CheckFailed) and error.cause is Cause.NOT_REJECTED:
        error = error.__cause__  # a constructor that fails for every argument
    if not isinstance(error, SolutionRaised):
        return None
    if error.stage is Stage.CONSTRUCT or error.not_written:
        return "raised", error.call, error.error.type, error.error.line, error.error.message, _first_line(error)
    return None


def _first_line(error: BaseException) -> str:
    return escaped(str(error)).splitlines()[0]


def _blocked(message: str) -> Attempt:
    return Attempt(Outcome.BLOCKED, Cause.BLOCKED, message, 0.0, Transcript())


def _result(check: Check, attempt: Attempt) -> CheckResult:
    return CheckResult(
        check.name, check.title, attempt.outcome, attempt.message, attempt.seconds, attempt.cause, output=attempt.output
    )


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[2]


def _check(item: pytest.Function) -> Check:
    """A collected pytest item as a check."""
    assert item.cls is not None, "hidden tests stand in classes"
    arguments = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    wanted = {name for name in inspect.signature(item.function).parameters if name != "self"}
    unknown = wanted - set(arguments) - {"solution", "rng"}
    assert not unknown, f"{item.name} takes {unknown}, but checks have only the fixtures solution and rng"
    title = _title(item, arguments)
    function = item.obj

    def call(**fixtures: Any) -> None:
        function(**{name: value for name, value in fixtures.items() if name in wanted})

    return Check(
        name=_name(item),
        group=item.cls.__name__.removeprefix("Test").lower(),
        title=title,
        function=call,
        arguments=arguments,
        compares_properties=bool(getattr(item.function, "compares_properties", False)),
        is_common=item.function.__module__.startswith(__package__ or "harness.judge"),
        watches_inputs=bool(getattr(item.function, "watches_inputs", False)),
    )


def _title(item: pytest.Function, arguments: dict[str, Any]) -> str:
    """The docstring's first line, with what stands in braces filled in: parameters, and words of the class.

    The rest of the id follows in parentheses.
    """
    title = (inspect.getdoc(item.function) or "").partition("\n")[0].rstrip(".")
    assert title, f"{item.name} has no docstring to show the learner"
    for name, words in getattr(item.cls, "words", {}).items():
        title = title.replace(f"{{{name}}}", words)
    shown = {name for name in arguments if f"{{{name}}}" in title}
    left = item.callspec.id if set(arguments) - shown else ""
    for name in shown:
        value = str(arguments[name])
        title = title.replace(f"{{{name}}}", value)
        left = f"-{left}-".replace(f"-{value}-", "-", 1)[1:-1]
    if not left:
        return title
    return f"{title} {left}" if left.startswith("(") else f"{title} ({left})"
