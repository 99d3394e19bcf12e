"""The one line at the end of a verdict: what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.catalog import Kata
from harness.commands.common import running_interview

if TYPE_CHECKING:
    from harness.judge.verdict import Verdict
    from harness.practice.history import History, Practice


def next_step(verdict: Verdict, kata: Kata, history: History | None, practice: Practice | None) -> str:
    """What would help this learner most now."""
    from harness.judge.verdict import Outcome

    if practice is not None and history is not None and practice.kind == "interview":
        return _in_interview(verdict, history, practice)
    if verdict.passed and practice is not None and practice.kind == "hunt":
        return f"kata diff (yours beside ours), then kata hunt {kata.name} for another mistake, or kata next"
    if verdict.passed:
        if practice is not None:
            return f"kata diff {kata.name} (yours beside ours), then kata next"
        return f"kata solution {kata.name} (ours, to compare with), then kata next"
    first = next(check for check in verdict.checks() if check.outcome is not Outcome.PASSED)
    if "could not be imported" in first.message or first.message.startswith("importing "):
        return "mend the file so that Python can import it, then kata check"
    if practice is not None and practice.kind == "hunt":
        return "find the planted mistake and mend it, then kata check"
    todo = "write the first body" if "is not written yet" in first.message else "mend the first failure"
    if practice is None or history is None:
        return f"{todo}, then the same command again"
    seen = history.hints_seen(practice)
    if seen < len(kata.hints):
        return f"{todo}, then kata check; kata hint shows hint {seen + 1} of {len(kata.hints)}"
    return f"{todo}, then kata check; kata solution shows ours"


def _in_interview(verdict: Verdict, history: History, practice: Practice) -> str:
    interview = running_interview(history)
    if interview is None or interview.id != practice.interview:
        return "the interview is over and this check no longer counts; kata interview end shows its scorecard"
    others = [p.file for p in history.in_interview(interview.id) if p.solved_at is None and p.id != practice.id]
    if not verdict.passed:
        other = f", or go on with {others[0]}" if others else ""
        return f"mend it, then kata check{other}; kata interview status tells the time left"
    return f"go on with {others[0]}" if others else "that was the last one: kata interview end shows the scorecard"
