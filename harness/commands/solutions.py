"""Which file a command line means: a solution named by its kata, by its path, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from harness import catalog
from harness.catalog import HUNT_PREFIX, Kata
from harness.commands.histories import last_practice, open_history
from harness.commands.parameters import WrongCall
from harness.practice.history import Practice
from harness.practice.kind import PracticeKind
from harness.practice.workspace import Workspace
from harness.screens.sentences import shown

MAX_FILE_BYTES = 1_000_000


def find_solution(kata: Kata | None, path: Path | None, workspace: Workspace) -> tuple[Kata, Path]:
    """The kata and the file that a command line means; the history is read only where neither is named."""
    if path is not None:
        return kata or _kata_of_file(path), readable_file(path)
    if kata is not None:
        return kata, solution_of(kata, None, workspace)
    practice = last_practice(workspace, open_history(workspace))
    kata = catalog.find(practice.kata)
    return kata, solution_of(kata, practice, workspace)


def solution_of(kata: Kata, practice: Practice | None, workspace: Workspace) -> Path:
    """The file of a practice, or of a kata that was never started here; it must exist."""
    path = workspace.root / practice.file if practice else workspace.solution(kata)
    if not path.exists():
        kind = practice.kind if practice else PracticeKind.KATA
        raise WrongCall(f"there is no {shown(path)}: `kata {kind.policy.command} {kata.name}` writes it")
    return readable_file(path)


def readable_file(path: Path) -> Path:
    """The path itself, if a solution can be read from it."""
    if not path.exists():
        raise WrongCall(f"there is no file {shown(path)}")
    if not path.is_file():
        raise WrongCall(f"{shown(path)} is not a file")
    if not os.access(path, os.R_OK):
        raise WrongCall(f"{shown(path)} cannot be read")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise WrongCall(f"{shown(path)} is too large for a solution: over {MAX_FILE_BYTES // 1000} kB")
    return path


def _kata_of_file(path: Path) -> Kata:
    try:
        return catalog.find(path.stem.removeprefix(HUNT_PREFIX))
    except catalog.UnknownKata:
        raise WrongCall(f"{path} could be any kata: name it, as in `kata check --file {path} NAME`") from None
