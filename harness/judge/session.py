"""One `kata check`: worker, hidden tests, diagnosis, timing; what comes out is a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.catalog import Kata
from harness.judge.verdict import CheckResult, GroupResult, Outcome, Timing, Verdict

if TYPE_CHECKING:
    from harness.judge.plugin import CheckPlugin
    from harness.sandbox.spawn import Spawned


@dataclass(frozen=True)
class Options:
    """How to judge.

    Attributes:
        seed: of the hidden tests' random inputs.
        timing: whether to time a solution that passes.
        diagnosis: whether to look for the mistake behind a failure.
        call_timeout: seconds that one call of the solution may take.
        budget: seconds that all calls together may take.
        sandbox: "auto", "none" or "bwrap".
    """

    seed: int = 0
    timing: bool = True
    diagnosis: bool = True
    call_timeout: float = 10.0
    budget: float = 60.0
    sandbox: str = "auto"


def judge(
    kata: Kata,
    path: Path,
    shown_path: str,
    options: Options,
    worker: Spawned | None = None,
    on_check: Callable[[int, int], None] | None = None,
) -> Verdict:
    """Judge the solution in `path`.

    Args:
        kata: what it is a solution of.
        path: the solution's file.
        shown_path: how the verdict names the file.
        options: see there.
        worker: a worker process that was started already and has loaded nothing.
        on_check: told after each check how many of how many are done.

    Raises:
        JudgeFailure: the judge itself failed; nothing is known about the solution.
        KeyboardInterrupt: the learner pressed Ctrl-C. No worker is left in either case.
    """
    began = time.perf_counter()
    from harness.judge.collect import run_pytest
    from harness.judge.plugin import CheckPlugin
    from harness.sandbox.client import WorkerClient

    client = WorkerClient(path, options.call_timeout, options.budget, options.sandbox, worker)
    try:
        plugin = CheckPlugin(client, path.name, options.seed, on_check)
        run_pytest(kata, plugin)
        results = list(plugin.results.values())
        passed = all(result.outcome is Outcome.PASSED for result in results)
        if not passed and options.diagnosis:
            results = _with_diagnoses(kata, plugin, options.seed)
        timing = _timing(kata, client, options) if passed and options.timing and kata.has_workload else None
        output = client.output
    finally:
        client.kill()
    group_of = {check.name: check.group for check in plugin.checks}
    groups = tuple(
        GroupResult(name, points, tuple(result for result in results if group_of[result.name] == name))
        for name, points in kata.points.items()
    )
    return Verdict(
        kata=kata.name,
        file=shown_path,
        seed=options.seed,
        groups=groups,
        timing=timing,
        output=output,
        check_seconds=time.perf_counter() - began,
    )


def _with_diagnoses(kata: Kata, plugin: CheckPlugin, seed: int) -> list[CheckResult]:
    from harness.judge.bank import load_bank, load_reference
    from harness.judge.diagnosis import diagnose

    failed = [(check, plugin.attempts[check.name]) for check in plugin.checks if plugin.attempts[check.name].error]
    diagnoses = diagnose(failed, load_reference(kata.module), load_bank(kata.module), seed)
    return [replace(result, diagnosis=diagnoses.get(name, ())) for name, result in plugin.results.items()]


def _timing(kata: Kata, client: WorkerClient, options: Options) -> Timing | None:
    from harness.judge.timing import measure
    from harness.sandbox.errors import SandboxError

    try:
        return measure(kata, client, options.seed)
    except SandboxError:
        return None  # too slow, or too large, for the workload: every check passed, and that stands


if TYPE_CHECKING:
    from harness.sandbox.client import WorkerClient
