"""What several test files share: the real `kata` program, run in an empty folder, through pipes or on a pseudo-terminal."""

from __future__ import annotations

from harness.sandbox.threads import use_one_thread

use_one_thread()  # before NumPy is imported, or it has no effect

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import program
import pytest

GIVE_UP_SECONDS = 60.0
ROWS = 40

# Files in which nearly every test starts processes, a browser or a pseudo-terminal, or judges a whole kata for many seeds.
# `pytest -m "not slow"`, the loop while one writes, leaves them out.
SLOW = {
    "hostile/test_hostile.py",
    "test_cli_check.py",
    "test_cli_golden.py",
    "test_cli_practice.py",
    "test_cli_terminal.py",
    "test_cli_why.py",
    "test_confinement.py",
    "test_diagnosis.py",
    "test_help.py",
    "test_hunt.py",
    "test_interview.py",
    "test_judge_isolation.py",
    "test_katas.py",
    "test_report.py",
    "test_several_bugs.py",
    "test_soundness.py",
    "test_staged.py",
    "test_symptoms.py",
    "test_timing.py",
    "test_watch.py",
    "test_worker.py",
}
TESTS = Path(__file__).parent
sys.path.append(str(TESTS.parent))  # for `benchmarks`, which is not installed; last, so that the installed program is tested
assert all((TESTS / name).exists() for name in SLOW)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the slow tests, before `-m` selects."""
    for item in items:
        if item.path.relative_to(TESTS).as_posix() in SLOW:
            item.add_marker(pytest.mark.slow)


def environment(columns: int | None, **changes: str) -> dict[str, str]:
    """Our environment without anything that steers `kata` or its output."""
    steering = (
        "COLUMNS",
        "LINES",
        "NO_COLOR",
        "FORCE_COLOR",
        "TTY_COMPATIBLE",
        "TTY_INTERACTIVE",
        "KATA_WORKSPACE",
        "PYTHONPATH",
        "PAGER",
        "LESS",
    )
    inherited = {name: value for name, value in os.environ.items() if name not in steering}
    width = {} if columns is None else {"COLUMNS": str(columns)}
    return {**inherited, "TERM": "xterm-256color", "PAGER": "cat", **width, **changes}


@pytest.fixture
def kata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs one command line in the test's own folder, and gives back what it printed and its exit code."""
    monkeypatch.chdir(tmp_path)

    def run(
        *arguments: str, columns: int | None = 100, folder: Path = tmp_path, encoding: str = "utf-8", **env: str
    ) -> subprocess.CompletedProcess[str]:
        return program.run(arguments, folder, environment(columns, **env), encoding, GIVE_UP_SECONDS)

    return run


class Terminal:
    """One `kata` command on a pseudo-terminal of its own; a test waits for text on it and types."""

    def __init__(
        self, folder: Path, arguments: tuple[str, ...], columns: int, env: dict[str, str], rows: int = ROWS
    ) -> None:
        self.text = ""
        self._rows = rows
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(program.INSTALLED, ["kata", *arguments], env)

    def wait_for(self, wanted: str) -> None:
        """Read on until `wanted` has been printed."""
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while wanted not in self.text:
            assert time.monotonic() < give_up, f"{wanted!r} never came; there is: {self.text!r}"
            assert self._read(give_up), f"ended without {wanted!r}; there is: {self.text!r}"

    def type(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._descriptor, keys.encode())

    def resize(self, columns: int) -> None:
        """Give the terminal another width; whoever runs on it is told."""
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", self._rows, columns, 0, 0))

    def mode(self) -> list[Any]:
        """How the terminal treats what is typed, as `termios` tells it."""
        return termios.tcgetattr(self._descriptor)

    def children(self) -> list[int]:
        """The processes that the command has started and that still run."""
        return [int(pid) for pid in Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()]

    def interrupt(self) -> int:
        """Press Ctrl-C until the command ends; returns the exit code.

        Once may not be enough: Python misses a signal that comes between the printing of a prompt and the system call that
        reads the answer.
        """
        give_up = time.monotonic() + GIVE_UP_SECONDS
        alive = True
        while alive:
            assert time.monotonic() < give_up, f"it does not end; there is: {self.text!r}"
            self.type("\x03")
            next_press = time.monotonic() + 1.0
            while alive and time.monotonic() < next_press:
                alive = self._read(next_press)
        return self.finish()

    def finish(self) -> int:
        """Read all the rest; returns the exit code."""
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while self._read(give_up):
            assert time.monotonic() < give_up, f"it does not end; there is: {self.text!r}"
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """End the command if it still runs."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._descriptor)

    def _read(self, give_up: float) -> bool:
        readable, _, _ = select.select([self._descriptor], [], [], max(0.0, give_up - time.monotonic()))
        if not readable:
            return True  # the caller looks at the clock
        try:
            part = os.read(self._descriptor, 1 << 16)
        except OSError:  # the other end is closed
            return False
        self.text += self._decoder.decode(part)
        return bool(part)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts one command line on a pseudo-terminal in the test's own folder."""
    opened: list[Terminal] = []

    def start(*arguments: str, columns: int = 100, rows: int = ROWS, **env: str) -> Terminal:
        opened.append(Terminal(tmp_path, arguments, columns, environment(None, **env), rows))
        return opened[-1]

    yield start
    for one in opened:
        one.close()
