"""The one line at the end of a verdict: what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.catalog import Kata

if TYPE_CHECKING:
    from harness.history import History, Practice
    from harness.judge.verdict import Verdict


def next_step(verdict: Verdict, kata: Kata, history: History | None, practice: Practice | None) -> str:
    """What would help this learner most now."""
    from harness.judge.verdict import Outcome

    if verdict.passed:
        if practice is not None:
            return f"kata diff {kata.name} (yours beside ours), then kata next"
        return f"kata solution {kata.name} (ours, to compare with), then kata next"
    first = next(check for check in verdict.checks() if check.outcome is not Outcome.PASSED)
    if "could not be imported" in first.message or first.message.startswith("importing "):
        return "mend the file so that Python can import it, then kata check"
    todo = "write the first body" if "is not written yet" in first.message else "mend the first failure"
    if practice is None or history is None:
        return f"{todo}, then the same command again"
    seen = history.hints_seen(practice)
    if seen < len(kata.hints):
        return f"{todo}, then kata check; kata hint shows hint {seen + 1} of {len(kata.hints)}"
    return f"{todo}, then kata check; kata solution shows ours"
