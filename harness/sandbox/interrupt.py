"""Ends a judgement early, from another thread: `kata watch` does when a file is saved while its old version still runs."""

from __future__ import annotations

import contextlib
import os
import select


class Interrupted(BaseException):
    """The judgement was ended early. Not an Exception, so that no check takes it for a failure of the solution."""


class Interrupt:
    """A flag with a descriptor that is readable while it is set, for `select` to wait for beside a worker's pipes."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._read

    def set(self) -> None:
        """End the judgement that is running, or the next one. Any thread may call this."""
        with contextlib.suppress(BlockingIOError):  # the pipe is full: it is set many times over
            os.write(self._write, b"!")

    def clear(self) -> None:
        """Let the next judgement run."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass

    def check(self) -> None:
        """Raise `Interrupted` if it is set."""
        if select.select([self._read], [], [], 0)[0]:
            raise Interrupted

    def close(self) -> None:
        """Give the descriptors back."""
        os.close(self._read)
        os.close(self._write)
