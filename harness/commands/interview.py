"""`kata interview`, with `status`, `answer` and `end`: a mock interview against the clock."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from harness import catalog
from harness.authoring.stub import make_stub
from harness.catalog import Kata
from harness.commands.histories import make_history, open_history
from harness.commands.parameters import (
    SEED,
    KataName,
    WrongCall,
    confirmed,
    json_option,
    topic_option,
    workspace_option,
    writing,
    yes_option,
)
from harness.commands.stages import answer, begin_staged, show_stages, stage_results
from harness.commands.subject import Subject
from harness.judge.session import Options, judge
from harness.practice.days import clock
from harness.practice.draw import NothingFits, draw
from harness.practice.history import History, OpenInterview, Practice
from harness.practice.record import Sitting, read_record
from harness.practice.scorecard import Final, make_result, make_scorecard
from harness.practice.staged import open_staged
from harness.practice.workspace import Workspace
from harness.sandbox.errors import JudgeFailure
from harness.screens.as_json import interview_object, print_json
from harness.screens.check_screen import NOT_CONFINED
from harness.screens.console import make_console
from harness.screens.html.pages import scorecard_page
from harness.screens.pager import page
from harness.screens.progress_line import ProgressLine
from harness.screens.scorecard_screen import show_scorecard
from harness.screens.sentences import complain, say, shown
from harness.screens.texts import show_statement

MAX_SEED = 10_000


@click.group("interview", invoke_without_command=True)
@click.option("--minutes", type=click.IntRange(5, 480), default=45, show_default=True, help="How long it lasts.")
@topic_option("Draw only katas of one topic")
@click.option("--staged", is_flag=True, help="One file in stages: a follow-up is released when the stage before it passes.")
@click.option("--kata", "first", type=KataName(), metavar="NAME", help="The kata that a staged interview begins with.")
@click.option("--seed", type=SEED, metavar="N", help="Draw the same katas again for the same N.")
@workspace_option
@click.pass_context
def interview_command(
    context: click.Context,
    minutes: int,
    topic: str | None,
    staged: bool,
    first: Kata | None,
    seed: int | None,
    workspace: Workspace,
) -> None:
    """Start a mock interview: a warm-up, a core layer and a harder one, against one clock.

    As in an interview there are no hints and no diagnosis: `kata check` only says which checks fail. Files that are in
    the way go into the archive.

    With --staged it is one file that grows. When the checks of a stage pass, it asks a question without code; the answer
    releases the next stage, and all earlier checks still count.

    \b
    Example:
      kata interview --minutes 60 --topic convolution
      kata interview --staged --kata attention
      kata interview status
      kata interview end
    """
    if context.invoked_subcommand is None:
        if first is not None and not staged:
            raise WrongCall("--kata goes with --staged")
        seed = random.randrange(MAX_SEED) if seed is None else seed
        chain = _chain(first, topic, seed) if staged else None
        _begin(minutes, topic, seed, chain, workspace)


def _chain(first: Kata | None, topic: str | None, seed: int) -> Kata:
    """The kata that a staged interview begins with: the one named, or one that is drawn."""
    chains = catalog.staged_katas()
    known = ", ".join(kata.name for kata in chains)
    if first is not None:
        if not first.stages:
            raise WrongCall(f"no staged interview begins with {first.name}; those that do: {known}")
        return first
    fitting = [kata for kata in chains if topic in (None, kata.topic)]
    if not fitting:
        raise WrongCall(f"no staged interview is about {topic}; they begin with {known}")
    return random.Random(seed).choice(fitting)


def _begin(minutes: int, topic: str | None, seed: int, chain: Kata | None, workspace: Workspace) -> None:
    history = make_history(workspace)
    before = history.open_interview()
    if before is not None and time.time() <= before.deadline:
        raise WrongCall("an interview is running: `kata interview status` shows it, `kata interview end` ends it")
    if chain is not None:
        if before is not None:
            say("The time of your last interview is up; this is its scorecard.")
            _end(before, history, workspace)
        begin_staged(chain, minutes, seed, topic, workspace, history)
        return
    try:
        katas = draw(catalog.all_katas(), minutes, topic, seed)
    except NothingFits as error:
        raise WrongCall(str(error)) from None
    if before is not None:
        say("The time of your last interview is up; this is its scorecard.")
        _end(before, history, workspace)
    # the last first, so that the file that was saved last is the warm-up's
    for kata in reversed(katas):
        path = workspace.solution(kata)
        if path.exists():
            say(f"Your old {path.name} is kept as {shown(workspace.archive(path))}")
        with writing(path):
            workspace.write_new(path, make_stub(kata))
    interview = history.begin_interview(minutes, seed, topic, [(kata.name, kata.file_name) for kata in katas])
    page(make_console(), lambda console: _introduce(console, katas))
    _show(interview, history)
    say("Write them in your editor. kata check judges the file you saved last, kata check NAME any other.")


def _introduce(console: Console, katas: Sequence[Kata]) -> None:
    for kata in katas:
        show_statement(console, kata)


@interview_command.command("status", short_help="Show the time left and how the katas stand.")
@json_option
@workspace_option
def status_command(as_json: bool, workspace: Workspace) -> None:
    """Show the time left and how the katas stand.

    \b
    Example:
      kata interview status
    """
    interview, history = _open(workspace)
    if as_json:
        print_json(interview_object(interview, _sittings(interview, history), time.time()))
        return
    _show(interview, history)


@interview_command.command("answer", short_help="Answer the question at the end of a stage.")
@click.argument("choice", metavar="NUMBER", type=int)
@workspace_option
def answer_command(choice: int, workspace: Workspace) -> None:
    """Answer the question at the end of a stage of a staged interview. It releases the next stage.

    Whether the answer is right is told at the end, with the scorecard.

    \b
    Example:
      kata interview answer 2
    """
    _, history = _open(workspace)
    staged = open_staged(history)
    if staged is None:
        raise WrongCall("only a staged interview asks questions: `kata interview --staged` starts one")
    answer(staged, choice, history)


@interview_command.command("end", short_help="Judge what is there and show the scorecard.")
@yes_option
@workspace_option
def end_command(yes: bool, workspace: Workspace) -> None:
    """End the interview: judge what is there, and show the scorecard, here and as an HTML file.

    With time left it asks first. What was saved or checked after the time was up does not count.

    \b
    Example:
      kata interview end
    """
    interview, history = _open(workspace)
    left = interview.deadline - time.time()
    staged = open_staged(history)
    if staged:
        unsolved = 0 if staged.is_done else len(staged.first.stages) - sum(choice is not None for choice in staged.answers)
    else:
        unsolved = sum(practice.solved_at is None for practice in history.in_interview(interview.id))
    if left > 0 and unsolved:
        word = ("stage" if staged else "kata") + (" is" if unsolved == 1 else "s are")
        done = "passed" if staged else "solved"
        reason = f"{clock(left)} of {interview.minutes} min are left, and {unsolved} {word} not {done} yet"
        if not confirmed(reason, "End the interview?", yes):
            return
    _end(interview, history, workspace)


def _open(workspace: Workspace) -> tuple[OpenInterview, History]:
    history = open_history(workspace)
    interview = history.open_interview() if history else None
    if history is None or interview is None:
        raise WrongCall("there is no interview here: `kata interview` starts one")
    return interview, history


def _show(interview: OpenInterview, history: History) -> None:
    """One line for each kata, and the clock."""
    if staged := open_staged(history):
        show_stages(staged, _sittings(interview, history))
        return
    for sitting in _sittings(interview, history):
        practice, kata = sitting.practice, catalog.find(sitting.practice.kata)
        if practice.solved_at is not None:
            state = f"solved at {clock(practice.solved_at - interview.started_at)}"
        else:
            state = "not checked yet" if sitting.best_score is None else f"best score {sitting.best_score}"
        say(f"{kata.difficulty}, par {kata.par_minutes} min, {state}", first=f"  {practice.file:<24}", indent=26)
    left = interview.deadline - time.time()
    if left > 0:
        say(f"{clock(left)} of {interview.minutes} min left (seed {interview.seed})")
    else:
        say(f"The {interview.minutes} min are up: kata interview end shows your scorecard")


def _sittings(interview: OpenInterview, history: History) -> tuple[Sitting, ...]:
    record = read_record(history, catalog.all_names())
    return next(one.sittings for one in record.interviews if one.id == interview.id)


def _end(interview: OpenInterview, history: History, workspace: Workspace) -> None:
    now = time.time()
    record = read_record(history, catalog.all_names())
    sittings = next(one.sittings for one in record.interviews if one.id == interview.id)
    staged = open_staged(history)
    with ProgressLine("Judging"):
        if staged:
            finals: list[Final | None] = []
            results = stage_results(staged, sittings, workspace)
        else:
            finals = [_final(sitting.practice, interview, history, workspace) for sitting in sittings]
            results = [
                make_result(catalog.find(sitting.practice.kata), sitting, final, interview)
                for sitting, final in zip(sittings, finals, strict=True)
            ]
    history.end_interview(interview.id)
    solved = record.solved()
    if staged is None:
        solved |= {result.kata.name for result in results if result.solved_after is not None}
    present = {kata.name for kata in catalog.all_katas() if workspace.solution(kata).exists()}
    card = make_scorecard(interview, results, solved, present, now - interview.started_at)
    show_scorecard(make_console(), card)
    if any(final and final.verdict.sandbox == "none" for final in finals):
        say(f"\n{NOT_CONFINED}")
    path = workspace.state / f"interview_{datetime.fromtimestamp(interview.started_at):%Y-%m-%d_%H-%M-%S}.html"
    with writing(path):
        workspace.write_new(path, scorecard_page(card))
    say(f"\nThe same as a page: {shown(path)}")


def _final(practice: Practice, interview: OpenInterview, history: History, workspace: Workspace) -> Final | None:
    """The file as it was at the end, judged and diagnosed.

    None where it was solved before, changed too late, is gone or cannot be judged: no file keeps an interview from ending.
    """
    path: Path = workspace.root / practice.file
    if practice.solved_at is not None or not path.is_file():
        return None
    saved_at = path.stat().st_mtime
    if saved_at > interview.deadline:
        return None
    kata = catalog.find(practice.kata)
    try:
        verdict = judge(kata, path, shown(path), Options())
    except JudgeFailure as error:
        complain(f"{shown(path)} could not be judged: {error}")
        return None
    Subject.of(kata, path, workspace, history).keep(verdict)
    return Final(verdict, saved_at)
