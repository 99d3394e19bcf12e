"""The one line at the end of a verdict: what to do next."""

from __future__ import annotations

from pathlib import Path

from harness.catalog import Kata
from harness.commands.file_advice import file_advice, misspelt
from harness.commands.hints import hints_for
from harness.judge.verdict import Cause, Outcome, Verdict
from harness.practice.history import History, Practice
from harness.practice.kind import PracticeKind


def next_step(
    verdict: Verdict, kata: Kata, path: Path, history: History | None, practice: Practice | None, watched: bool = False
) -> str:
    """What would help this learner most now; under `kata watch` that is a save or a key."""
    check, hint = ("save", "h") if watched else ("kata check", "kata hint")
    kind = practice.kind if practice is not None else None
    if practice is not None and history is not None and kind is PracticeKind.INTERVIEW:
        return _in_interview(verdict, history, practice)
    if verdict.passed:
        if kind is PracticeKind.HUNT:
            bugs = len(practice.planted_names) if practice else 1
            more = "another mistake" if bugs == 1 else f"{bugs} others"
            again = f"kata hunt {kata.name}{f' --bugs {bugs}' if bugs > 1 else ''} for {more}"
            return f"kata diff (yours and ours), then {again}, or kata next"
        if practice is not None:
            return f"kata diff {kata.name} (yours and ours), then kata next"
        return f"kata solution {kata.name} (ours, to compare with), then kata next"
    first = next(one.cause for one in verdict.checks() if one.outcome not in (Outcome.PASSED, Outcome.BLOCKED))
    again = check if watched or practice is not None else "run the same command again"
    advice = file_advice(path) if first in (Cause.NOT_IMPORTABLE, Cause.MISSING) else None
    if advice:
        return f"{advice}, then {again}"
    if first is Cause.NOT_IMPORTABLE:
        return f"fix the file so that Python can import it, then {again}"
    if first is Cause.MISSING:
        if rename := misspelt(path, kata.reference_file):
            return f"{rename}, then {again}"
        return f"define the names that kata show {kata.name} --stub shows, then {again}"
    todo = "write the first body" if first is Cause.NOT_WRITTEN else "fix the first failing check"
    if kind is PracticeKind.HUNT:
        several = practice is not None and len(practice.planted_names) > 1
        todo = "find the next planted mistake and fix it" if several else "find the planted mistake and fix it"
    if practice is None or history is None:
        return f"{todo}, then {again}"
    seen, hints = history.hints_seen(practice), len(hints_for(kata, practice))
    if seen < hints:
        return f"{todo}, then {check}; {hint} shows hint {seen + 1} of {hints}"
    return f"{todo}, then {check}; kata solution shows ours"


def _in_interview(verdict: Verdict, history: History, practice: Practice) -> str:
    interview = history.running_interview()
    last = history.open_interview()
    if last is None or last.id != practice.interview:
        return f"the interview is over, so this check does not count; kata start {practice.kata} --again starts afresh"
    if interview is None:
        return "the time is up, so this check does not count; kata interview end shows your scorecard"
    others = [p.file for p in history.in_interview(interview.id) if p.solved_at is None and p.id != practice.id]
    if not verdict.passed:
        other = f", or go on with {others[0]}" if others else ""
        return f"fix it, then kata check{other}; kata interview status shows the time left"
    return f"go on with {others[0]}" if others else "that was the last one: kata interview end shows your scorecard"
