"""The learner's folder, with the solutions and `.kata/`. Nothing of theirs is ever overwritten: it is archived first."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.catalog import Kata

STATE_FOLDER = ".kata"


class UnusableHistory(Exception):
    """The history can be neither read nor set aside: a full disk, a read-only folder, a newer schema."""


@dataclass(frozen=True)
class Workspace:
    """A folder with solutions; it becomes a workspace once it contains `.kata/`."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / STATE_FOLDER

    @property
    def exists(self) -> bool:
        """Whether something has been started here."""
        return self.state.is_dir()

    @property
    def history_file(self) -> Path:
        return self.state / "history.db"

    def solution(self, kata: Kata) -> Path:
        """Where the solution of a kata is, or would be."""
        return self.root / kata.file_name

    def hunt(self, kata: Kata) -> Path:
        """Where the file of a bug hunt is, or would be."""
        return self.root / kata.hunt_file_name

    def holds(self, path: Path) -> bool:
        """Whether a file stands in this folder itself, or a link to one that may be anywhere."""
        return path.absolute().parent.resolve() == self.root

    def write_new(self, path: Path, text: str) -> None:
        """Write a file that must not exist yet.

        Raises:
            FileExistsError: it does.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)

    def rewrite(self, path: Path, text: str) -> None:
        """Replace a file of ours; nobody ever reads half of the new one."""
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            temporary.write_text(text, encoding="utf-8")
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def archive(self, path: Path) -> Path:
        """Move a file into the archive under a unique name; returns its new path."""
        folder = self.state / "archive"
        folder.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        for number in range(1, 1000):
            target = folder / f"{path.stem}_{stamp}{f'_{number}' if number > 1 else ''}{path.suffix}"
            try:
                # a link fails where the name is taken, so that two commands at once cannot meet
                os.link(path, target)
            except FileExistsError:
                continue
            except OSError:  # a file system without links
                if target.exists():
                    continue
                shutil.move(path, target)
                return target
            path.unlink()
            return target
        raise FileExistsError(f"the archive has no free name for {path.name}")


def find_workspace(explicit: str | None, start: Path | None = None) -> Workspace:
    """The given folder, else the nearest one upwards that contains `.kata/`, else the current one."""
    if explicit:
        return Workspace(Path(explicit).expanduser().resolve())
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / STATE_FOLDER).is_dir():
            return Workspace(folder)
    return Workspace(here)
