"""Which lines of a solution were running, from the stacks that its worker writes when the judge rings for them.

`faulthandler` writes them on a signal, in C and at any moment, so a line that waits in NumPy is seen as well as a Python
loop. The judge rings, so nothing of this runs in the worker while it is not asked.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import Counter
from pathlib import Path

from .spawn import Spawned

MAX_BYTES = 2**20
MAX_PATH_CHARS = 500
STACK = "(most recent call first):"


class Samples:
    """The stacks of one solution's worker.

    Args:
        path: the solution's file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = bytearray()

    def take(self, worker: Spawned) -> None:
        """Collect the stacks asked for earlier, and ask for another one."""
        with contextlib.suppress(BlockingIOError):  # none has been asked for yet
            self._text += os.read(worker.trace, 1 << 16)
        if len(self._text) < MAX_BYTES:
            worker.ring()

    @property
    def lines(self) -> Counter[int]:
        """How often each line of the solution was the innermost one that ran."""
        stacks = self._text.decode("utf-8", "replace").split(STACK)
        found = (line_running(stack, self._path) for stack in stacks)
        return Counter(place[0] for place in found if place)


def line_running(stack: str, path: Path) -> tuple[int, str] | None:
    """Line and function of `path` that are innermost in a stack as `faulthandler` writes it; None where it is not in it."""
    name = str(path)
    name = name if len(name) <= MAX_PATH_CHARS else f"{name[:MAX_PATH_CHARS]}..."
    name = name.encode("ascii", "backslashreplace").decode()
    found = re.search(rf'File "{re.escape(name)}", line (\d{{1,9}}) in (\S+)', stack)
    return (int(found[1]), found[2]) if found else None
