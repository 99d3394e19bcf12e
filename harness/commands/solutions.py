"""Which file a command line means: a solution named by its kata, by its path, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from harness import catalog
from harness.catalog import Kata
from harness.commands.histories import kata_of_file, last_touched, open_history
from harness.commands.parameters import WrongCall
from harness.practice.history import Practice
from harness.practice.kind import PracticeKind
from harness.practice.workspace import Workspace
from harness.screens.sentences import shown

MAX_FILE_BYTES = 1_000_000


def find_solution(named: Kata | Path | None, path: Path | None, workspace: Workspace) -> tuple[Kata, Path]:
    """The kata and the file that a command line means; the history is read only where neither is named.

    Args:
        named: the argument of the command.
        path: its option --file.
        workspace: where to look.
    """
    if isinstance(named, Path):
        if path is not None:
            raise WrongCall(f"two files are named, {shown(named)} and {shown(path)}: name one")
        return _of_path(named, workspace)
    if path is not None:
        return named or kata_of_file(path), readable_file(path)
    if named is not None:
        return named, solution_of(named, None, workspace)
    touched = last_touched(workspace, open_history(workspace))
    kata = catalog.find(touched.kata)
    if touched.practice is None:
        return kata, readable_file(workspace.root / touched.file)
    return kata, solution_of(kata, touched.practice, workspace)


def _of_path(named: Path, workspace: Workspace) -> tuple[Kata, Path]:
    """A solution that is named by its path."""
    kata, path = kata_of_file(named), _found(named, workspace)
    if not path.exists() and path.resolve() == workspace.solution(kata):
        raise _not_written(path, PracticeKind.KATA, kata)
    if not path.exists() and path.resolve() == workspace.hunt(kata):
        raise _not_written(path, PracticeKind.HUNT, kata)
    return kata, readable_file(path)


def _not_written(path: Path, kind: PracticeKind, kata: Kata) -> WrongCall:
    return WrongCall(f"there is no {shown(path)}: `kata {kind.policy.command} {kata.name}` writes it")


def _found(path: Path, workspace: Workspace) -> Path:
    """The path as it was typed; a bare name that is not in this folder may be in the workspace's."""
    in_workspace = workspace.root / path
    return in_workspace if len(path.parts) == 1 and not path.exists() and in_workspace.exists() else path


def solution_of(kata: Kata, practice: Practice | None, workspace: Workspace) -> Path:
    """The file of a practice, or of a kata that was never started here; it must exist."""
    path = workspace.root / practice.file if practice else workspace.solution(kata)
    if not path.exists():
        raise _not_written(path, practice.kind if practice else PracticeKind.KATA, kata)
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
