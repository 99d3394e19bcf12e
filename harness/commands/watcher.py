"""What happens while `kata watch` waits: the file is saved, a key is pressed, the terminal changes size.

watchfiles reports changes in the file's folder, so that a save by rename, a deletion and a new file of the same name are
all seen. What counts as a save is decided by the file itself: its inode, content and time of change. It is also checked
once a second, for folders whose changes are not reported (network drives, containers, no watch left for this user).
"""

from __future__ import annotations

import os
import queue
import signal
import stat
import sys
import termios
import threading
import tty
import zlib
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import watchfiles

from harness.sandbox.interrupt import Interrupt

STEP_MS = 5  # a save is seen one or two steps later; half as long would cost a hundredth of a core, all the time
GROUP_MS = 50
LOOK_SECONDS = 1.0
MAX_READ_BYTES = 1_000_000
QUIT_KEY = "q"
EXIT_TERMINATED = 128 + signal.SIGTERM

Signature = tuple[int, int, int, int]
Handler = Callable[[int, FrameType | None], Any] | int | None


class Event(Enum):
    """What happened, other than a key."""

    SAVED = "the file was changed, made or deleted"
    RESIZED = "the terminal has another size, or is ours again"


class Watcher:
    """Watches one file and, if it is a terminal, standard input, whose keys are read one by one while this is open.

    Args:
        path: the file; it need not exist, but its folder must.

    Attributes:
        interrupt: set when the file changes or `q` is pressed, to end the judgement that is running.
        quitting: whether `q` was pressed.
    """

    def __init__(self, path: Path) -> None:
        self.interrupt = Interrupt()
        self.quitting = False
        self._path = path
        self._taken: Signature | None = None
        self._events: queue.SimpleQueue[Event | str] = queue.SimpleQueue()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._watch_folder)]
        self._terminal = sys.stdin.fileno() if sys.stdin.isatty() else None
        self._terminal_mode: list[Any] = []
        self._handlers: dict[int, Handler] = {}

    def __enter__(self) -> Watcher:
        for number in (signal.SIGWINCH, signal.SIGCONT):
            self._handlers[number] = signal.signal(number, self._on_terminal)
        self._handlers[signal.SIGTERM] = signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
        if self._terminal is not None:
            self._terminal_mode = termios.tcgetattr(self._terminal)
            tty.setcbreak(self._terminal)
            # a daemon, since nothing can wake it while it waits for a key
            threading.Thread(target=self._read_keys, args=(self._terminal,), daemon=True).start()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self._terminal is not None:
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._terminal_mode)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def take(self) -> None:
        """The file as it is now is about to be judged: only what changes after this counts as a save."""
        self.interrupt.clear()
        self._taken = signature(self._path)

    def is_stale(self) -> bool:
        """Whether the file is no longer what was taken."""
        return signature(self._path) != self._taken

    def wait(self) -> Event | str:
        """The next thing to happen: an event, or a key as one character."""
        while not self.is_stale():
            try:
                event = self._events.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if event is not Event.SAVED:
                return event
        return Event.SAVED

    def _watch_folder(self) -> None:
        def ours(_: watchfiles.Change, path: str) -> bool:
            return os.path.basename(path) == self._path.name

        changes = watchfiles.watch(
            self._path.parent,
            watch_filter=ours,
            debounce=GROUP_MS,
            step=STEP_MS,
            stop_event=self._over,
            recursive=False,
        )
        with suppress(OSError):  # then the check once a second has to do
            for _ in changes:
                if self.is_stale():
                    self.interrupt.set()
                    self._events.put(Event.SAVED)

    def _read_keys(self, terminal: int) -> None:
        while key := os.read(terminal, 1).decode("ascii", "replace"):
            if key == QUIT_KEY:
                self.quitting = True
                self.interrupt.set()
            self._events.put(key)

    def _on_terminal(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGCONT and self._terminal is not None:
            tty.setcbreak(self._terminal)  # the shell had the terminal in between
        self._events.put(Event.RESIZED)


def signature(path: Path) -> Signature | None:
    """What a save changes of a file, or None where there is none."""
    try:
        status = path.stat()
        # the clock of a file system ticks every few milliseconds, and two saves may fall between two ticks
        is_small = stat.S_ISREG(status.st_mode) and status.st_size <= MAX_READ_BYTES
        content = zlib.crc32(path.read_bytes()) if is_small else 0
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, content
