"""The results as files: JSON Lines, and a table for a spreadsheet. Nobody ever finds half of one."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from harness.grading.summary import Summary

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Opens a file that takes the place of `path` once it is whole."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_lines(path: Path, rows: Iterable[str]) -> None:
    """One JSON object a line."""
    with replacing(path) as file:
        file.writelines(f"{row}\n" for row in rows)


def write_csv(path: Path, summary: Summary) -> None:
    """One line for each file; names are written such that no spreadsheet takes one for a formula."""
    groups = list(summary.kata.points)
    with replacing(path) as file:
        table = csv.writer(file)
        header = ["file", "score", *groups, "mistakes", "first failing check", "reason", "seconds", "sandbox"]
        table.writerow(header)
        for score in summary.scores:
            earned = dict(score.groups)
            cells = [
                score.file,
                "" if score.score is None else score.score,
                *(earned.get(group, "") for group in groups),
                " ".join(score.mistakes),
                score.failing[0] if score.failing else "",
                score.reason or score.stopped,
                score.seconds,
                score.sandbox,
            ]
            table.writerow([_inert(cell) if isinstance(cell, str) else cell for cell in cells])


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
