"""Progress of something that takes a while."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from types import TracebackType


class ProgressLine:
    """A line on standard error, shown once something takes longer than half a second, and erased at the end.

    Args:
        label: what is going on; may be changed while it is shown.
        unit: what `update` counts.
    """

    DELAY_SECONDS = 0.5

    def __init__(self, label: str, unit: str = "checks") -> None:
        self.label = label
        self._unit, self._done, self._total = unit, 0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True) if sys.stderr.isatty() else None

    def __enter__(self) -> ProgressLine:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Erase it for good."""
        self._over.set()
        if self._thread:
            self._thread.join()

    def update(self, done: int, total: int) -> None:
        """`done` of `total` have been done."""
        self._done, self._total = done, total

    def _run(self) -> None:
        began = time.monotonic()
        if self._over.wait(self.DELAY_SECONDS):
            return
        while True:
            of = f" · {self._done} of {self._total} {self._unit}" if self._total else ""
            count = f"{of} · {time.monotonic() - began:.1f} s"
            label = self.label[: max(0, shutil.get_terminal_size().columns - len(count) - 1)]
            sys.stderr.write(f"\r\x1b[2K{label}{count}")
            sys.stderr.flush()
            if self._over.wait(0.1):
                break
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()
