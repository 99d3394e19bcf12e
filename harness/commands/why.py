"""`kata why` and `kata debug`: what a failing check shows, when the verdict's own words are not enough."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from harness.catalog import Kata
from harness.commands.histories import history_if_usable, refuse_in_interview
from harness.commands.judging import matching
from harness.commands.parameters import WrongCall, file_option, seed_option, solution_argument, workspace_option, writing
from harness.commands.planted import planted_mistakes
from harness.commands.solutions import find_solution
from harness.commands.subject import SYMPTOMS_ONLY, Subject
from harness.judge.bank import find_mistake, load_reference, public_names
from harness.judge.diagnosis import left_of
from harness.judge.replay import Attempt, Check
from harness.judge.script import NoScript, write_script
from harness.judge.session import Options, judge
from harness.judge.verdict import Outcome, Verdict
from harness.practice.workspace import Workspace
from harness.screens.check_screen import show_mistake
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import say, shown

DEBUG_PREFIX = "debug_"


@click.command("why")
@solution_argument
@file_option("Explain the mistakes in this file.")
@seed_option
@workspace_option
def why_command(named: Kata | Path | None, path: Path | None, seed: int, workspace: Workspace) -> int:
    """Explain a recognised mistake in your solution. It counts as a hint.

    With several mistakes it explains one at a time, the one that fails most checks first. In a bug hunt it explains one of
    the planted mistakes. The exit code is 0 if all checks pass and 1 if some fail.

    \b
    Example:
      kata why
      kata why conv2d
    """
    kata, solution = find_solution(named, path, workspace)
    subject = Subject.touched(kata, solution, workspace, history_if_usable(workspace))
    refuse_in_interview(kata, subject.history)
    if subject.planted:
        return _why_hunted(subject, seed)
    verdict, _ = _judge(subject, seed)
    if verdict.passed:
        say(f"All checks of {kata.name} pass: there is nothing to explain.")
        return 0
    if not verdict.mistakes:
        first = next(check for check in verdict.checks() if check.outcome not in (Outcome.PASSED, Outcome.BLOCKED))
        if first.outcome is Outcome.TIMEOUT:
            say(f"{first.title}: {first.message}.")
        say("No known mistake is recognised in it.")
        say(f"`kata debug {kata.name}` writes the first failing check as a script that you can step through.")
        return 1
    known = subject.history.explained(subject.practice) if subject.history and subject.practice else set()
    name = next((name for name in verdict.mistakes if name not in known), verdict.mistakes[0])
    count = sum(any(d.mistake == name for d in check.diagnosis) for check in verdict.checks())
    show_mistake(make_console(), find_mistake(kata.module, name).explanation, count)
    if subject.history and subject.practice:
        subject.history.record_explanation(subject.practice, name)
    left = len(set(verdict.mistakes) - known - {name})
    if left:
        say(f"{left} more known mistake{'s are' if left > 1 else ' is'} recognised: kata why again explains the next.")
    return 1


def _why_hunted(subject: Subject, seed: int) -> int:
    """Explain one of the planted mistakes that are left; the next one only once this one is fixed."""
    assert subject.history is not None
    assert subject.practice is not None
    planted = planted_mistakes(subject.kata, subject.practice)
    verdict, attempts = _judge(subject, seed)
    if verdict.passed:
        say(f"All checks of {subject.kata.name} pass: there is nothing left to explain.")
        return 0
    with ProgressLine("Looking for what is left"):
        left = left_of(attempts, planted, seed).mistakes
    if not left:
        say("The failing checks do not show which of the planted mistakes are left. You may have changed a correct line.")
        say("`kata reset` restores the file as it was at the start.")
        return 1
    told = subject.history.asked_for(subject.practice)
    mistake = next((mistake for mistake in left if mistake.name in told), left[0])
    show_mistake(make_console(), mistake.explanation)
    subject.history.record_explanation(subject.practice, mistake.name)
    if len(left) > 1:
        say("Fix it, and kata why explains the next one.")
    return 1


@click.command("debug")
@solution_argument
@click.argument("check", metavar="[CHECK]", required=False)
@file_option("Debug this file.")
@seed_option
@workspace_option
def debug_command(named: Kata | Path | None, check: str | None, path: Path | None, seed: int, workspace: Workspace) -> int:
    """Write a failing check as a plain script that imports your file, to run under any debugger.

    The script is debug_NAME.py beside your solution: the calls of the check with the same inputs, and what was expected.
    CHECK is a check's name or a part of its title; by default it is the first that fails. An older script is replaced.

    \b
    Example:
      kata debug conv2d
      kata debug conv2d d_bias
    """
    kata, solution = find_solution(named, path, workspace)
    subject = Subject.touched(kata, solution, workspace, history_if_usable(workspace))
    refuse_in_interview(kata, subject.history)
    if subject.tells_symptoms_only:
        raise WrongCall(SYMPTOMS_ONLY)
    _, attempts = _judge(subject, seed)
    chosen, attempt = _failing(kata, attempts, check)
    script = solution.with_name(f"{DEBUG_PREFIX}{kata.file_name}")
    data = script.with_suffix(".npz")
    try:
        written = write_script(chosen, attempt, solution, data.name, public_names(load_reference(kata.module)))
    except NoScript as reason:
        raise WrongCall(f"{chosen.title}: {reason}") from None
    with writing(script):
        script.write_text(written.text, encoding="utf-8")
        if written.arrays:
            np.savez(data, allow_pickle=False, **written.arrays)
    beside = f" and {data.name}" if written.arrays else ""
    say(f'Wrote {shown(script)}{beside}: the check "{chosen.title}".')
    say(f"Run it:  python {script.name}   or step through:  python -m pdb {script.name}")
    return 0


def _judge(subject: Subject, seed: int) -> tuple[Verdict, Sequence[tuple[Check, Attempt]]]:
    """The verdict on the file as it is, with all attempts; nothing of it is recorded."""
    kept: list[tuple[Check, Attempt]] = []
    diagnosis = not subject.planted
    with ProgressLine(f"Checking {shown(subject.path)}") as progress:
        verdict = judge(
            subject.kata,
            subject.path,
            shown(subject.path),
            Options(seed=seed, timing=False, diagnosis=diagnosis),
            on_check=progress.update,
            on_attempts=kept.extend,
        )
    return verdict, kept


def _failing(kata: Kata, attempts: Sequence[tuple[Check, Attempt]], wanted: str | None) -> tuple[Check, Attempt]:
    """The failing check that is meant."""
    failing = [(check, attempt) for check, attempt in attempts if attempt.outcome not in (Outcome.PASSED, Outcome.BLOCKED)]
    if wanted is not None:
        named = {check.name for check in matching([check for check, _ in attempts], wanted)}
        if not named:
            raise WrongCall(f"{kata.name} has no check {wanted!r}: `kata check {kata.name} --json` lists their names")
        failing = [(check, attempt) for check, attempt in failing if check.name in named]
        if not failing:
            raise WrongCall(f"the check {wanted!r} passes: there is nothing to debug")
    if not failing:
        raise WrongCall(f"all checks of {kata.name} pass: there is nothing to debug")
    return failing[0]
