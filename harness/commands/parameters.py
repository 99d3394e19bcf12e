"""What the commands' arguments and options are made of, and the error for a call that cannot be carried out."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from harness import catalog
from harness.catalog import HUNT_PREFIX, Kata
from harness.practice.workspace import Workspace, find_workspace
from harness.screens.sentences import ask, shown

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


class SolutionName(KataName):
    """A kata's name, or the path of a solution: what ends in `.py` or has a folder in it is a path.

    `hunt_softmax` is the file of the bug hunt in softmax.
    """

    name = "solution"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and (value.endswith(".py") or os.sep in value):
            return Path(value).expanduser()
        if isinstance(value, str) and value.replace("-", "_").startswith(HUNT_PREFIX):
            return Path(catalog.find(value[len(HUNT_PREFIX) :]).hunt_file_name)
        return value if isinstance(value, Path) else super().convert(value, param, ctx)


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
    """The learner's folder, by default found from the current one."""

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
    """Adds NAME, a kata's name."""
    return click.argument("kata", metavar="[NAME]", type=KataName(), required=False)(function)


def solution_argument(function: Function) -> Function:
    """Adds NAME, as `named`: a kata, the path of a solution, or None for the solution that was touched last."""
    return click.argument("named", metavar="[NAME]", type=SolutionName(), required=False)(function)


def workspace_option(function: Function) -> Function:
    """Adds --workspace."""
    return click.option(
        "--workspace",
        type=WorkspaceFolder(),
        envvar="KATA_WORKSPACE",
        default=lambda: find_workspace(None),
        metavar="DIR",
        help="The folder with your solutions. Default: the nearest folder upwards that contains .kata, else this one.",
    )(function)


def file_option(help_text: str) -> Callable[[Function], Function]:
    """Adds --file, as `path`."""
    return click.option("--file", "path", type=click.Path(path_type=Path, readable=False), metavar="PATH", help=help_text)


def topic_option(help_text: str) -> Callable[[Function], Function]:
    """Adds --topic."""
    return click.option("--topic", type=Topic(), metavar="TOPIC", help=f"{help_text}, as `kata list` shows them.")


def json_option(function: Function) -> Function:
    """Adds --json, as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")(function)


def yes_option(function: Function) -> Function:
    """Adds --yes, for `confirmed`."""
    return click.option("--yes", is_flag=True, help="Do not ask first.")(function)


def confirmed(reason: str, question: str, yes: bool) -> bool:
    """Whether to go on: asked, unless --yes is given.

    Args:
        reason: why there is a question, as the beginning of a sentence in lower case.
        question: what to ask.
        yes: whether --yes is given.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise WrongCall(f"{reason}: pass --yes to go on anyway")
    return ask(f"{reason[0].upper()}{reason[1:]}. {question}")


class Seconds(click.FloatRange):
    """A length of time between two others. `nan` lies between any two, as far as Click can see."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value} is not a length of time", param, ctx)
        return seconds


SEED = click.IntRange(0, 2**63 - 1)  # as the history can hold it


def timeout_option(function: Function) -> Function:
    """Adds --timeout."""
    return click.option(
        "--timeout",
        type=Seconds(0.1, 3600),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="Time limit for one call.",
    )(function)


def seed_option(function: Function) -> Function:
    """Adds --seed for judging."""
    return click.option("--seed", type=SEED, default=0, show_default=True, help="Seed for the tests' random inputs.")(
        function
    )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns an operating system's refusal to write `path` into one sentence."""
    try:
        yield
    except OSError as error:
        raise WrongCall(f"{shown(path)} cannot be written: {error.strerror}") from None
