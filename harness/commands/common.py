"""What several commands share: options, the kata that a missing name means, the history of a workspace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from harness import catalog
from harness.catalog import Kata
from harness.practice.workspace import UnusableHistory, Workspace, find_workspace
from harness.screens.sentences import complain

if TYPE_CHECKING:
    from harness.practice.history import History, OpenInterview, Practice

Function = TypeVar("Function", bound=Callable[..., Any])


class WrongCall(click.ClickException):
    """The call cannot be carried out as it stands: one sentence, exit code 2."""

    exit_code = 2


class KataName(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in newer versions of Click only
    """A kata's name, with `-` or `_`; the shell completes it."""

    name = "kata"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Kata:
        return value if isinstance(value, Kata) else catalog.find(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        wanted = incomplete.replace("_", "-")
        return [CompletionItem(name) for name in catalog.all_names() if name.startswith(wanted)]


class Topic(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A topic that some kata has; the shell completes it."""

    name = "topic"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        topics = catalog.all_topics()
        if value not in topics:
            raise WrongCall(f"there is no topic {value!r}: the katas have {', '.join(topics)}")
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(topic) for topic in catalog.all_topics() if topic.startswith(incomplete)]


class WorkspaceFolder(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A folder, found from here when it is not given."""

    name = "directory"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Workspace:
        if isinstance(value, Workspace):
            return value
        workspace = find_workspace(value)
        if not workspace.root.is_dir():
            raise WrongCall(f"there is no folder {value}")
        return workspace

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="dir")]


def kata_argument(function: Function) -> Function:
    """Adds NAME; without it the command gets None and asks `last_started`."""
    return click.argument("kata", metavar="[NAME]", type=KataName(), required=False)(function)


def workspace_option(function: Function) -> Function:
    """Adds --workspace."""
    return click.option(
        "--workspace",
        type=WorkspaceFolder(),
        envvar="KATA_WORKSPACE",
        default=lambda: find_workspace(None),
        metavar="DIR",
        help="The folder with your solutions. By default the nearest one upwards with a .kata folder, else this one.",
    )(function)


def open_history(workspace: Workspace) -> History | None:
    """The history of a workspace, or None where nothing has been started yet. Says so when a damaged file was set aside.

    Raises:
        UnusableHistory: it can be neither read nor set aside.
    """
    if not workspace.exists:
        return None
    from harness.practice.history import History

    history = History(workspace.history_file)
    if history.notice:
        complain(history.notice)
    return history


def history_if_usable(workspace: Workspace) -> History | None:
    """As `open_history`, for a command that can do without: where it is of no use, that is said and None returned."""
    try:
        return open_history(workspace)
    except UnusableHistory as error:
        complain(f"going on without your history: {error}")
        return None


def make_history(workspace: Workspace) -> History:
    """The history of a workspace, begun if there is none."""
    try:
        workspace.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongCall(f"{workspace.root} cannot be written to: {error.strerror}") from None
    history = open_history(workspace)
    assert history is not None
    return history


def last_practice(workspace: Workspace, history: History | None) -> Practice:
    """The practice that a command without a name means: the one started last; in an interview, whose file was saved last."""
    practice = history.last_started() if history else None
    if history is None or practice is None:
        raise WrongCall("nothing has been started here yet: name a kata, as in `kata start conv2d`")
    interview = running_interview(history)
    if interview is None or practice.interview != interview.id:
        return practice
    return max(history.in_interview(interview.id), key=lambda practice: _saved_at(workspace.root / practice.file))


def named_practice(kata: Kata | None, workspace: Workspace, history: History | None) -> tuple[Kata, Practice | None]:
    """The kata that a command means, and the practice of its solution, if it was started here."""
    if kata is None:
        practice = last_practice(workspace, history)
        return catalog.find(practice.kata), practice
    return kata, history.of_file(kata.file_name) if history else None


def running_interview(history: History | None) -> OpenInterview | None:
    """The interview whose time is running, if there is one."""
    interview = history.open_interview() if history else None
    return interview if interview and time.time() <= interview.deadline else None


def refuse_in_interview(kata: Kata, history: History | None) -> None:
    """Raise `WrongCall` if the kata belongs to an interview that is running, which tells nothing but what fails."""
    interview = running_interview(history)
    if history and interview and kata.name in {practice.kata for practice in history.in_interview(interview.id)}:
        raise WrongCall(
            f"{kata.name} belongs to the interview that is running, where only `kata check` and `kata watch` answer; "
            "`kata interview end` ends it"
        )


def _saved_at(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def shown(path: Path) -> str:
    """A path as one would type it from here."""
    relative = os.path.relpath(path)
    return relative if len(relative) <= len(str(path)) else str(path)
