"""`kata dev check` and `kata dev new`: for those who write katas."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import click

from harness import catalog
from harness.authoring.scaffold import scaffold
from harness.authoring.soundness import Soundness, examine
from harness.catalog import Kata
from harness.commands.parameters import KataName, WrongCall


@click.group("dev")
def dev_command() -> None:
    """Write katas: create one, or prove that all are sound.

    \b
    Example:
      kata dev check conv2d
    """


@dev_command.command("check", short_help="Prove that a kata, or every kata, is complete and sound.")
@click.argument("kata", metavar="[NAME]", type=KataName(), required=False)
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Try the seeds 0 to N-1.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes for all katas. Default: one for each core.")
@click.option("--verbose", "-v", is_flag=True, help="Name the mistakes that the diagnosis says nothing about.")
def check_command(kata: Kata | None, seeds: int, jobs: int | None, verbose: bool) -> int:
    """Prove that a kata, or every kata, is complete and sound.

    Files and metadata; statement and rejections are one list; the stub imports and earns nothing; the reference earns 100;
    each mistake loses points and is never taken for another; each check catches a mistake; no check is slow; the
    reference's gradients are a hundred times better than they must be. The column "fail" says how many checks a mistake of
    the bank fails, in the median.

    \b
    Example:
      kata dev check conv2d --seeds 20
    """
    sound = True
    click.echo(f"{'kata':<22}{'checks':>7}{'mistakes':>10}{'fail':>7}{'diagnosed':>11}{'slowest':>10}{'margin':>10}")
    for found in _examined([kata] if kata else catalog.all_katas(), range(seeds), jobs or os.cpu_count() or 1):
        margin = f"{found.gradient_margin:.0f}" if found.gradient_margin != float("inf") else "-"
        slowest = f"{1000 * found.slowest_seconds:.0f} ms"
        bank = f"{found.mistakes:>10}{found.median_failing:>7g}{found.diagnosed:>11.0%}"
        click.echo(f"{found.kata:<22}{found.checks:>7}{bank}{slowest:>10}{margin:>10}")
        if verbose and found.silent:
            click.echo(f"    not named: {', '.join(found.silent)}")
        for problem in found.problems:
            click.echo(f"    ✗ {problem}")
        sound &= not found.problems
    return 0 if sound else 1


def _examined(katas: Sequence[Kata], seeds: Sequence[int], jobs: int) -> Iterator[Soundness]:
    """What was found out about each kata, in their order."""
    if len(katas) == 1 or jobs == 1:
        yield from (examine(kata, seeds) for kata in katas)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(partial(examine, seeds=seeds), katas)


@dev_command.command("new", short_help="Write the files of a new kata, to be filled in.")
@click.argument("name")
@click.option("--title", help="The kata's title. Default: made from the name.")
@click.option("--topic", default="layers", show_default=True)
@click.option(
    "--root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The checkout. Default: this folder.",
)
def new_command(name: str, title: str | None, topic: str, root: Path) -> int:
    """Write the files of a new kata, to be filled in.

    \b
    Example:
      kata dev new layer-norm --topic normalisation
    """
    try:
        written = scaffold(root, name, title, topic)
    except ValueError as error:
        raise WrongCall(str(error)) from None
    for path in written:
        click.echo(f"wrote {path}")
    click.echo(f"Fill them in, then: kata dev check {name}")
    return 0
