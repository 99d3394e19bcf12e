"""Sees to it that nothing a solution has started lives on, where no sandbox does: a process between judge and worker.

It adopts every process whose parent has gone (Linux calls that a subreaper), so that neither a double fork nor a session
of its own hides one. When the worker ends, or the judge closes the lifeline or dies, it ends them all, and then itself in
the way that the worker ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import time
from pathlib import Path
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SWEEP_SECONDS = 3.0


def supervise(lifeline: int) -> None:
    """Split in two: this returns in a child, which becomes the worker, while the parent stays and supervises it.

    Args:
        lifeline: a pipe that the judge closes, or loses, when the worker should end.
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, *map(ctypes.c_ulong, (1, 0, 0, 0)))
    us = os.getpid()
    worker = os.fork()
    if worker == 0:
        libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
        if os.getppid() != us:
            os._exit(1)
        return
    _stay(worker, lifeline)


def _stay(worker: int, lifeline: int) -> NoReturn:
    try:
        os.closerange(0, lifeline)  # the pipes are the worker's: the judge must notice when it closes them
        os.closerange(lifeline + 1, 1024)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        status = _wait(worker, lifeline)
        _sweep()
        exit_code = -signal.SIGKILL if status is None else os.waitstatus_to_exitcode(status)
        if exit_code >= 0:
            os._exit(exit_code)
        if -exit_code != signal.SIGKILL:
            signal.signal(-exit_code, signal.SIG_DFL)
        os.kill(os.getpid(), -exit_code)
    finally:
        os._exit(1)


def _wait(worker: int, lifeline: int) -> int | None:
    """The worker's status; None when the judge no longer wants it."""
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    while True:
        with contextlib.suppress(ChildProcessError):
            ended, status = os.waitpid(worker, os.WNOHANG)
            if ended and not os.WIFSTOPPED(status):  # it stops if the solution has asked to be traced
                return status
        readable, _, _ = select.select([lifeline, woken], [], [])
        if lifeline in readable:
            return None
        with contextlib.suppress(BlockingIOError):
            os.read(woken, 4096)


def _sweep() -> None:
    """End our children, and theirs, which become ours as their parents go, until there are none."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    give_up = time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < give_up:
        for child in children.read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
