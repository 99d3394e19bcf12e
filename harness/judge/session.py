"""One `kata check`: worker, hidden tests, diagnosis, timing; what comes out is a verdict."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.catalog import Kata
from harness.judge.verdict import CheckResult, GroupResult, HuntCount, Verdict

if TYPE_CHECKING:
    from harness.judge.plugin import CheckPlugin
    from harness.judge.replay import Attempt, Check
    from harness.sandbox.client import WorkerClient
    from harness.sandbox.interrupt import Interrupt
    from harness.sandbox.spawn import Layers, Spawned

TIMING_SECONDS = 1.2


@dataclass(frozen=True)
class Options:
    """How to judge.

    Attributes:
        seed: of the hidden tests' random inputs.
        timing: whether to time a solution that passes.
        diagnosis: whether to look for the mistake behind a failure.
        planted: names of the mistakes that a bug hunt put into the file: the verdict counts those that are left.
        expected_losses: of the training run in the file of a hunt by symptoms: the verdict holds the file's own beside them.
        call_timeout: seconds that one call of the solution may take.
        budget: seconds that all calls together may take.
        sandbox: one of `spawn.SANDBOXES`, or the layers themselves.
    """

    seed: int = 0
    timing: bool = True
    diagnosis: bool = True
    planted: tuple[str, ...] = ()
    expected_losses: tuple[float, ...] = ()
    call_timeout: float = 10.0
    budget: float = 60.0
    sandbox: str | Layers = "auto"


def judge(
    kata: Kata,
    path: Path,
    shown_path: str,
    options: Options,
    worker: Spawned | None = None,
    on_check: Callable[[int, int], None] | None = None,
    *,
    source: bytes | None = None,
    checks: Sequence[Check] | None = None,
    on_verdict: Callable[[Verdict], None] | None = None,
    on_attempts: Callable[[Sequence[tuple[Check, Attempt]]], None] | None = None,
    interrupt: Interrupt | None = None,
) -> Verdict:
    """Judge the solution in `path`.

    Args:
        kata: what it is a solution of.
        path: the solution's file.
        shown_path: how the verdict names the file.
        options: see there.
        worker: a worker process that was started already and has loaded nothing.
        on_check: told after each check how many of how many are done.
        source: what the file holds, where somebody has read it already.
        checks: those to run, where this process collected them already; by default all of the kata.
        on_verdict: told the verdict as soon as it is reached, before diagnosis and timing add to it.
        on_attempts: told every check with its attempt, before the worker ends.
        interrupt: ends the judgement when another thread sets it; goes with `checks`.

    Raises:
        JudgeFailure: the judge itself failed; nothing is known about the solution.
        KeyboardInterrupt: the learner pressed Ctrl-C.
        Interrupted: `interrupt` was set. No worker is left in any of these cases.
    """
    began = time.perf_counter()
    from harness.judge.collect import run_pytest
    from harness.judge.plugin import CheckPlugin
    from harness.judge.symptoms import symptoms_of
    from harness.sandbox.client import WorkerClient

    if not gc.isenabled():  # `kata check` turns it off for the imports
        gc.freeze()  # what has been imported stays: no collection need look at it
        gc.enable()

    client = WorkerClient(path, options.call_timeout, options.budget, options.sandbox, worker, interrupt, source)
    try:
        plugin = CheckPlugin(client, path.name, options.seed, on_check)
        if checks is None:
            run_pytest(kata, plugin)
        else:
            plugin.run(checks)
        plugin.count_changed_inputs()
        plugin.show_evidence(kata.module)
        verdict = Verdict(
            kata=kata.name,
            file=shown_path,
            seed=options.seed,
            groups=_groups(kata, plugin, list(plugin.results.values())),
            output=client.output,
            check_seconds=time.perf_counter() - began,
            sandbox=client.sandbox,
        )
        if on_verdict:
            on_verdict(verdict)
        if on_attempts:
            on_attempts([(check, plugin.attempts[check.name]) for check in plugin.checks])
        if not verdict.passed and options.diagnosis:
            verdict = _diagnosed(verdict, kata, plugin)
        if options.planted:
            verdict = replace(verdict, hunt=_hunt_count(verdict, kata, plugin, options.planted))
        if options.expected_losses and not verdict.passed:
            verdict = replace(verdict, symptoms=symptoms_of(client, options.expected_losses, options.seed))
        if verdict.passed and options.timing and kata.has_workload:
            verdict = _timed(verdict, kata, client, options)
    finally:
        client.kill()
    return replace(verdict, check_seconds=time.perf_counter() - began)


def _groups(kata: Kata, plugin: CheckPlugin, results: list[CheckResult]) -> tuple[GroupResult, ...]:
    group_of = {check.name: check.group for check in plugin.checks}
    return tuple(
        GroupResult(name, points, tuple(result for result in results if group_of[result.name] == name))
        for name, points in kata.points.items()
    )


def _diagnosed(verdict: Verdict, kata: Kata, plugin: CheckPlugin) -> Verdict:
    from harness.judge.bank import load_bank
    from harness.judge.diagnosis import diagnose

    attempts = [(check, plugin.attempts[check.name]) for check in plugin.checks]
    findings = diagnose(attempts, load_bank(kata.module), verdict.seed)
    results = [replace(r, diagnosis=findings.by_check.get(name, ())) for name, r in plugin.results.items()]
    shown_by = Counter(d.mistake for diagnoses in findings.by_check.values() for d in diagnoses)
    return replace(
        verdict,
        groups=_groups(kata, plugin, results),
        mistakes=tuple(sorted((mistake.name for mistake in findings.mistakes), key=lambda name: -shown_by[name])),
        unexplained=len(findings.unexplained),
    )


def _hunt_count(verdict: Verdict, kata: Kata, plugin: CheckPlugin, planted: Sequence[str]) -> HuntCount:
    from harness.judge.bank import find_mistake
    from harness.judge.diagnosis import left_of

    if verdict.passed:
        return HuntCount(len(planted), 0)
    attempts = [(check, plugin.attempts[check.name]) for check in plugin.checks]
    left = left_of(attempts, [find_mistake(kata.module, name) for name in planted], verdict.seed)
    return HuntCount(len(planted), len(left.mistakes), left.exact)


def _timed(verdict: Verdict, kata: Kata, client: WorkerClient, options: Options) -> Verdict:
    from harness.judge.timing import SLOW, find_hot_line, measure
    from harness.sandbox.errors import BudgetSpent, CallTimeout, SandboxError

    timing, not_timed = None, ""
    try:
        timing = measure(kata, client, options.seed, limit=TIMING_SECONDS)
        slow = timing.ratio > SLOW
    except (BudgetSpent, CallTimeout):  # every check passed, and that stands
        slow = True
    except SandboxError as error:
        slow, not_timed = False, str(error)
    hot_line = find_hot_line(kata, client, options.seed) if slow else None
    return replace(verdict, timing=timing, not_timed=not_timed, hot_line=hot_line, output=client.output)
