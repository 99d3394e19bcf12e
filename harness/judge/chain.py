"""Judges a file against several stages of an interview: the checks of each, and those of all stages before it.

A check belongs to the first stage that asks for it, so what two stages of one kata share is run once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.catalog import InterviewStage, find
from harness.judge.collect import collect_checks
from harness.judge.replay import Check
from harness.judge.session import Options, judge
from harness.judge.verdict import GroupResult, Verdict
from harness.sandbox.spawn import Spawned


def checks_of(stages: Sequence[InterviewStage]) -> list[list[Check]]:
    """The checks that each stage adds."""
    seen: set[tuple[str, str]] = set()
    found = []
    for stage in stages:
        checks = [
            check
            for check in collect_checks(find(stage.kata))
            if (stage.kata, check.name) not in seen and not any(word in check.name for word in stage.leave_out)
        ]
        seen |= {(stage.kata, check.name) for check in checks}
        found.append(checks)
    return found


def judge_stages(
    stages: Sequence[InterviewStage], path: Path, shown_path: str, options: Options, worker: Spawned | None = None
) -> Verdict:
    """One verdict on all of these stages, each a group of checks worth the same; it bears the name of the last one's kata.

    Args:
        stages: those that were reached, from the first.
        path: the file, which is the same for all.
        shown_path: how the verdict names it.
        options: see there; nothing is timed.
        worker: as for `judge`; the first stage takes it.
    """
    options = replace(options, timing=False)
    verdicts = []
    for stage, checks in zip(stages, checks_of(stages), strict=True):
        verdicts.append(judge(find(stage.kata), path, shown_path, options, worker, checks=checks))
        worker = None
    count = len(stages)
    points = [100 // count] * (count - 1) + [100 - (count - 1) * (100 // count)]
    return replace(
        verdicts[-1],
        groups=tuple(
            GroupResult(f"stage {number}", worth, tuple(verdict.checks()))
            for number, (worth, verdict) in enumerate(zip(points, verdicts, strict=True), start=1)
        ),
        output="".join(verdict.output for verdict in verdicts),
        mistakes=tuple(name for verdict in verdicts for name in verdict.mistakes),
        unexplained=sum(verdict.unexplained for verdict in verdicts),
        check_seconds=sum(verdict.check_seconds for verdict in verdicts),
    )
