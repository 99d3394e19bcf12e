"""`kata dev check` and `kata dev new`: for those who write katas."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import click

from harness import catalog
from harness.authoring.scaffold import scaffold
from harness.authoring.soundness import Soundness, examine
from harness.commands.parameters import KataName, WrongCall

SOLUTIONS = Path("tests/right_solutions")


class NameOfKata(KataName):
    """A kata's name. Its metadata may be at fault, which `kata dev check` is there to say."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        name = str(value).replace("_", "-")
        return name if name in catalog.all_names() else super().convert(value, param, ctx)


@click.group("dev")
def dev_command() -> None:
    """Write katas: create one, or prove that all are sound.

    \b
    Example:
      kata dev check conv2d
    """


@dev_command.command("check", short_help="Prove that a kata, or every kata, is complete and sound.")
@click.argument("name", metavar="[NAME]", type=NameOfKata(), required=False)
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Try the seeds 0 to N-1.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes for all katas. Default: one for each core.")
@click.option("--verbose", "-v", is_flag=True, help="Name the mistakes that the diagnosis says nothing about.")
def check_command(name: str | None, seeds: int, jobs: int | None, verbose: bool) -> int:
    """Prove that a kata, or every kata, is complete and sound.

    Files and metadata; statement and rejections are one list; the stub imports and earns nothing; the reference earns 100,
    and so does each file of tests/right_solutions/NAME, if this is a checkout; each mistake loses points and is never taken
    for another; each check catches a mistake; no check is slow; the reference's gradients are a hundred times better than
    they must be. The column "fail" says how many checks a mistake of the bank fails, in the median.

    \b
    Example:
      kata dev check conv2d --seeds 20
    """
    sound = True
    click.echo(
        f"{'kata':<22}{'checks':>7}{'correct':>9}{'mistakes':>10}{'fail':>7}{'diagnosed':>11}{'slowest':>10}{'margin':>10}"
    )
    for found in _examined([name] if name else catalog.all_names(), range(seeds), jobs or os.cpu_count() or 1):
        margin = f"{found.gradient_margin:.0f}" if found.gradient_margin != float("inf") else "-"
        slowest = f"{1000 * found.slowest_seconds:.0f} ms"
        bank = f"{found.mistakes:>10}{found.median_failing:>7g}{found.diagnosed:>11.0%}"
        row = f"{found.checks:>7}{found.correct:>9}{bank}{slowest:>10}{margin:>10}"
        click.echo(f"{found.kata:<22}{row if found.checks else ''}".rstrip())
        if verbose and found.silent:
            click.echo(f"    not named: {', '.join(found.silent)}")
        for problem in found.problems:
            click.echo(f"    ✗ {problem}")
        sound &= not found.problems
    return 0 if sound else 1


def _examined(names: Sequence[str], seeds: Sequence[int], jobs: int) -> Iterator[Soundness]:
    """What was found out about each kata, in their order."""
    if len(names) == 1 or jobs == 1:
        yield from (examine(name, seeds, SOLUTIONS) for name in names)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(partial(examine, seeds=seeds, solutions=SOLUTIONS), names)


@dev_command.command("new", short_help="Write the files of a new kata, to be filled in.")
@click.argument("name")
@click.option("--title", help="The kata's title. Default: made from the name.")
@click.option("--topic", default="layers", show_default=True, help="One of those that `kata list` shows, or a new one.")
@click.option("--class", "class_name", metavar="NAME", help="The class to be written. Default: made from the name.")
@click.option(
    "--root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The checkout. Default: this folder.",
)
def new_command(name: str, title: str | None, topic: str, class_name: str | None, root: Path) -> int:
    """Write the files of a new kata, to be filled in.

    \b
    Example:
      kata dev new layer-norm --topic normalisation
    """
    try:
        written = scaffold(root, name, title, topic, class_name)
    except ValueError as error:
        raise WrongCall(str(error)) from None
    for path in written:
        click.echo(f"wrote {path}")
    if topic not in catalog.all_topics():
        click.echo(f"No other kata has the topic {topic}: it gets a section of its own, after those of `kata list`.")
    click.echo(f"Fill them in, then: kata dev check {name}")
    return 0
