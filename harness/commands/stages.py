"""Staged interviews: their first stage, a check of all stages so far, the answers that release the next one, the results."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click

from harness.authoring.hunts import make_hunt
from harness.authoring.planting import draw_mistakes
from harness.authoring.stub import make_stub
from harness.catalog import InterviewStage, Kata, find
from harness.commands.parameters import WrongCall, writing
from harness.judge.chain import judge_stages
from harness.judge.session import Options
from harness.judge.verdict import Verdict
from harness.practice.days import clock
from harness.practice.history import History, OpenInterview, Practice
from harness.practice.kind import PracticeKind
from harness.practice.record import Sitting
from harness.practice.scorecard import Answered, Final, KataResult, make_result, not_reached
from harness.practice.staged import Staged
from harness.practice.workspace import Workspace
from harness.sandbox.spawn import Spawned
from harness.screens.check_screen import Telling, show_verdict
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import say, shown
from harness.screens.stage_screen import show_question, show_stage

END = "kata interview end shows your scorecard"


def begin_staged(first: Kata, minutes: int, seed: int, topic: str | None, workspace: Workspace, history: History) -> None:
    """Write the file of the first stage, show its task, and start the clock."""
    stage = first.stages[0]
    planted = []
    if stage.bugs:
        with ProgressLine(f"Planting {stage.bugs} mistakes in {first.name}"):
            planted = draw_mistakes(first, stage.bugs, (), seed)
    path = workspace.hunt(first) if planted else workspace.solution(first)
    if path.exists():
        say(f"Your old {path.name} is kept as {shown(workspace.archive(path))}")
    with writing(path):
        workspace.write_new(path, make_hunt(first, planted) if planted else stage.stub or make_stub(first))
    history.begin_interview(minutes, seed, topic, [(stage.kata, path.name)], first.name)
    show_stage(make_console(), stage, 1, len(first.stages), find(stage.kata))
    say(f"Wrote {shown(path)}: all stages are about this file. {minutes} min are left (seed {seed}).")
    say("Once it passes, kata check asks a question, and the answer releases the next stage.")


def check_stages(staged: Staged, history: History, path: Path, options: Options, worker: Spawned, as_json: bool) -> int:
    """Judge the file against all stages so far, keep the verdict and show it; returns the exit code."""
    with ProgressLine(f"Checking {shown(path)}"):
        judged = judge_stages(staged.reached, path, shown(path), replace(options, diagnosis=False), worker)
    verdict = replace(judged.outcomes_only(), clock_seconds=time.time() - staged.interview.started_at)
    history.record(verdict, staged.practice)
    with suppress(BrokenPipeError):
        if as_json:
            click.echo(json.dumps(verdict.as_json(), ensure_ascii=False, allow_nan=False))
        else:
            title = f"stage {len(staged.reached)} of {len(staged.first.stages)}, {staged.stage.title}"
            limit = f" of {staged.interview.minutes} min for the interview"
            show_verdict(make_console(), verdict, title, limit, _next(staged, verdict), Telling())
            if verdict.passed and staged.answers[-1] is None and not _is_over(staged.interview):
                show_question(make_console(), staged.stage.question)
    return 0 if verdict.passed else 1


def _next(staged: Staged, verdict: Verdict) -> str:
    if _is_over(staged.interview):
        return f"the interview is over, so this check does not count; {END}"
    if not verdict.passed:
        return "fix it, then kata check; kata interview status shows the time left"
    if staged.answers[-1] is not None:
        return f"that was the last stage: {END}"
    return "answer the question with kata interview answer NUMBER"


def answer(staged: Staged, choice: int, history: History) -> None:
    """Keep an answer, and release the next stage."""
    question = staged.stage.question
    if _is_over(staged.interview):
        raise WrongCall(f"the {staged.interview.minutes} min are up: {END}")
    if staged.is_done:
        raise WrongCall(f"that was the last stage: {END}")
    if not staged.awaits_answer:
        raise WrongCall("the question comes once all checks of this stage pass: run `kata check`")
    if not 1 <= choice <= len(question.choices):
        raise WrongCall(f"there is no choice {choice}: it is one of 1 to {len(question.choices)}")
    history.record_answer(staged.practice, choice, choice == question.answer)
    following = staged.following
    if following is None:
        say(f"That was the last stage: {END}.")
        return
    history.start(following.kata, staged.file, PracticeKind.INTERVIEW, interview=staged.interview.id)
    show_stage(make_console(), following, len(staged.reached) + 1, len(staged.first.stages), find(following.kata))
    say(f"Go on in {staged.file}. All checks so far still count. kata check judges it.")


def show_stages(staged: Staged, sittings: Sequence[Sitting]) -> None:
    """One line for each stage that was reached, what is next, and the clock."""
    for number, (stage, sitting, given) in enumerate(zip(staged.reached, sittings, staged.answers, strict=True), start=1):
        solved_at = sitting.practice.solved_at
        if solved_at is not None:
            asked = "question answered" if given is not None else "question open"
            state = f"passed at {clock(solved_at - staged.interview.started_at)}, {asked}"
        else:
            state = "not checked yet" if sitting.best_score is None else "not passed yet"
        say(f"  stage {number} of {len(staged.first.stages)}: {stage.title}, {state}", indent=4)
    left = staged.interview.deadline - time.time()
    if left <= 0:
        say(f"The {staged.interview.minutes} min are up: {END}")
        return
    say(f"{clock(left)} of {staged.interview.minutes} min left (seed {staged.interview.seed})")
    if staged.awaits_answer:
        show_question(make_console(), staged.stage.question)


def stage_results(staged: Staged, sittings: Sequence[Sitting], workspace: Workspace) -> list[KataResult]:
    """How each stage went, those included that were not reached."""
    results = []
    for number, stage in enumerate(staged.first.stages, start=1):
        title = f"{number}. {stage.title}"
        if number > len(sittings):
            results.append(not_reached(find(stage.kata), title))
            continue
        sitting = sittings[number - 1]
        final = _final(staged, staged.first.stages[:number], sitting.practice, workspace)
        result = make_result(find(stage.kata), sitting, final, staged.interview)
        score = None if result.score is None else max(0, number * result.score - 100 * (number - 1))
        asked = Answered(stage.question, staged.answers[number - 1])
        results.append(replace(result, title=title, score=score, asked=asked))
    return results


def _final(staged: Staged, stages: Sequence[InterviewStage], practice: Practice, workspace: Workspace) -> Final | None:
    """The file as it was at the end; None where the stage was passed before, or it was changed too late, or is gone."""
    path = workspace.root / practice.file
    if practice.solved_at is not None or not path.is_file() or path.stat().st_mtime > staged.interview.deadline:
        return None
    return Final(judge_stages(stages, path, shown(path), Options()), path.stat().st_mtime)


def _is_over(interview: OpenInterview) -> bool:
    return time.time() > interview.deadline
