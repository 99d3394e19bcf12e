"""`kata grade`: many submissions for one kata."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import click

from harness.catalog import Kata
from harness.commands.parameters import KataName, WrongCall, seed_option, timeout_option, writing
from harness.grading.export import replacing, write_csv, write_lines
from harness.grading.journal import Journal, UnusableJournal
from harness.grading.judges import ClusterFailure, DaskJudges, Judges, LocalJudges
from harness.grading.run import grade_all, rows
from harness.grading.submission import NoSandbox, Settings, confinement, version_of
from harness.grading.summary import Summary, summarise
from harness.sandbox.spawn import SANDBOXES
from harness.screens.console import make_console
from harness.screens.grade_screen import grade_bar, show_grades
from harness.screens.html.pages import grades_page
from harness.screens.sentences import complain, shown


@click.command("grade")
@click.argument("kata", metavar="NAME", type=KataName())
@click.argument("files", metavar="FILES...", type=click.Path(path_type=Path, readable=False), nargs=-1, required=True)
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Judge so many files at once. Default: one per core.")
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH", help="The results. Default: NAME.grades.jsonl")
@click.option("--html", type=click.Path(path_type=Path), metavar="PATH", help="Write the scores as a web page, too.")
@click.option("--csv", "as_csv", is_flag=True, help="Write the scores as a table, too: --out with .csv at the end.")
@seed_option
@timeout_option
@click.option("--sandbox", type=click.Choice(SANDBOXES), default="auto", show_default=True, help="Sandbox for the workers.")
@click.option("--dask", "address", metavar="ADDRESS", help="Judge on the Dask cluster of this scheduler.")
def grade_command(
    kata: Kata,
    files: tuple[Path, ...],
    jobs: int | None,
    out: Path | None,
    html: Path | None,
    as_csv: bool,
    seed: int,
    timeout: float,
    sandbox: str,
    address: str | None,
) -> int:
    """Judge many submissions for one kata.

    FILES are Python files, or folders with Python files in them. The results are one verdict a line, as JSON, in the order
    of the files. A file that cannot be judged has a line that says why. Stopped at any moment, the same command goes on
    where it was; run again, it judges only files that are new or have changed.

    The exit code is 0 if every file was judged, whatever its score, and 1 otherwise.

    \b
    Example:
      kata grade conv2d submissions/*.py
      kata grade conv2d submissions/ --html scores.html --csv
    """
    if address and jobs:
        raise WrongCall("--jobs counts processes on this machine, and --dask uses those of the cluster: use one of them")
    out = out or Path(f"{kata.name}.grades.jsonl")
    table = out.with_suffix(".csv") if as_csv else None
    paths = list(dict.fromkeys(_python_files(files)))
    _refuse_to_overwrite(paths, [path for path in (out, html, table) if path])
    try:
        if not address:
            confinement(sandbox)
        settings = Settings(kata.name, seed, timeout, sandbox, version_of(kata.name))
        judges: Judges = DaskJudges(address) if address else LocalJudges(jobs or _cores())
        summary = _grade(kata, paths, settings, judges, out)
    except NoSandbox as error:
        raise WrongCall(f"{error}; use --sandbox none only for files that you trust") from None
    except (UnusableJournal, ClusterFailure) as error:
        raise WrongCall(str(error)) from None
    if table:
        with writing(table):
            write_csv(table, summary)
    if html:
        with writing(html), replacing(html) as page:
            page.write(grades_page(summary, date.today()))
    with suppress(BrokenPipeError):
        console = make_console()
        show_grades(console, summary)
        console.print()
        console.print(f"Wrote {', '.join(shown(path) for path in (out, table, html) if path)}")
    return 1 if summary.unjudged else 0


def _grade(kata: Kata, paths: list[Path], settings: Settings, judges: Judges, out: Path) -> Summary:
    journal = Journal(out.with_name(f"{out.name}.journal"))
    try:
        with grade_bar() as bar:
            entries = grade_all(paths, settings, judges, journal, bar.update)
        with writing(out):
            write_lines(out, rows(entries, settings, journal))
        return summarise(kata, rows(entries, settings, journal))
    except KeyboardInterrupt:
        complain("the verdicts so far are kept: the same command goes on from here")
        raise
    finally:
        journal.close()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _python_files(files: tuple[Path, ...]) -> Iterator[Path]:
    """The files, and in place of each folder the Python files in it and below, by name."""
    for path in files:
        if not path.is_dir():
            yield path
            continue
        found = sorted(inner for inner in path.rglob("*.py"))
        if not found:
            raise WrongCall(f"there is no Python file in {shown(path)}")
        yield from found


def _refuse_to_overwrite(paths: list[Path], written: list[Path]) -> None:
    """No result may take the place of a submission, nor of another result."""
    submissions = {path.resolve() for path in paths}
    targets = [path.resolve() for path in written]
    for path, target in zip(written, targets, strict=True):
        if target in submissions:
            raise WrongCall(f"{shown(path)} is one of the files to judge, and would be overwritten")
        if target.is_dir() or not target.parent.is_dir():
            raise WrongCall(f"{shown(path)} cannot be written: there is no such folder, or it is one")
    if len(set(targets)) < len(targets):
        raise WrongCall("two results would be written to the same file: choose other names")
