"""The history of a workspace as a command needs it: opened or started, and what it says about the call at hand."""

from __future__ import annotations

from pathlib import Path

from harness import catalog
from harness.catalog import HUNT_PREFIX, Kata
from harness.commands.parameters import WrongCall, writing
from harness.practice.history import History, OpenInterview, Practice, Touched
from harness.practice.staged import Staged, open_staged
from harness.practice.workspace import UnusableHistory, Workspace
from harness.screens.sentences import complain, shown


def open_history(workspace: Workspace) -> History | None:
    """The history of a workspace, or None where nothing has been started yet. Says so when a damaged file was set aside.

    Raises:
        UnusableHistory: it can be neither read nor set aside.
    """
    if not workspace.exists:
        return None
    history = History(workspace.history_file)
    if history.notice:
        complain(history.notice)
    return history


def history_if_usable(workspace: Workspace) -> History | None:
    """As `open_history`, for a command that works without one: where it cannot be used, says so and returns None."""
    try:
        return open_history(workspace)
    except UnusableHistory as error:
        complain(f"continuing without your history: {error}")
        return None


def make_history(workspace: Workspace) -> History:
    """The history of a workspace, a new one if there is none."""
    with writing(workspace.state):
        workspace.state.mkdir(parents=True, exist_ok=True)
    history = open_history(workspace)
    assert history is not None
    return history


def last_touched(workspace: Workspace, history: History | None) -> Touched:
    """The solution that a command without a name means: the one touched last; in an interview, the one saved last."""
    touched = history.last_touched() if history else None
    if history is None or touched is None:
        raise WrongCall("nothing has been started here yet: name a kata, as in `kata start conv2d`")
    interview = history.running_interview()
    if interview is None or touched.practice is None or touched.practice.interview != interview.id:
        return touched
    saved = max(history.in_interview(interview.id), key=lambda practice: _saved_at(workspace.root / practice.file))
    return Touched(saved.kata, saved.file, saved)


def named_practice(named: Kata | Path | None, workspace: Workspace, history: History | None) -> tuple[Kata, Practice | None]:
    """The kata that a command means, and the practice of its solution, if it was started here."""
    if named is None:
        touched = last_touched(workspace, history)
        return catalog.find(touched.kata), touched.practice
    if isinstance(named, Kata):
        return named, history.of_file(named.file_name) if history else None
    practice = history.of_file(named.name) if history and workspace.holds(named) else None
    return (catalog.find(practice.kata) if practice else kata_of_file(named)), practice


def kata_of_file(path: Path) -> Kata:
    """The kata that a file's name tells."""
    try:
        return catalog.find(path.stem.removeprefix(HUNT_PREFIX))
    except catalog.UnknownKata:
        raise WrongCall(
            f"{shown(path)} could be a solution of any kata: name it, as in `kata check NAME --file {shown(path)}`"
        ) from None


def running_interview(history: History | None) -> OpenInterview | None:
    """The interview whose time is running, if there is one."""
    return history.running_interview() if history else None


def staged_file(path: Path, workspace: Workspace) -> tuple[History | None, Staged | None]:
    """The history, and the staged interview that is about this file, if there is one."""
    history = history_if_usable(workspace)
    return history, staged_of(path, workspace, history)


def staged_of(path: Path, workspace: Workspace, history: History | None) -> Staged | None:
    """The staged interview that is about this file, if there is one."""
    staged = open_staged(history)
    is_its = staged is not None and path.resolve() == (workspace.root / staged.file).resolve()
    return staged if is_its else None


def refuse_in_interview(kata: Kata, history: History | None) -> None:
    """Raise `WrongCall` for a kata of the running interview, in which a learner is told only what fails."""
    interview = running_interview(history)
    if history is None or interview is None:
        return
    names = {practice.kata for practice in history.in_interview(interview.id)}
    if interview.chain is not None:  # the stages to come are part of it too
        names |= {stage.kata for stage in catalog.find(interview.chain).stages}
    if kata.name in names:
        raise WrongCall(
            f"{kata.name} is part of the running interview, in which only `kata check` and `kata watch` work; "
            "`kata interview end` ends it"
        )


def _saved_at(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0
