"""Starts a worker process. Imports nothing heavy, so that the worker and the judge can import NumPy at the same time."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from harness.sandbox.threads import THREAD_VARIABLES

from .errors import JudgeFailure

WORKER = Path(__file__).with_name("worker.py")


@dataclass
class Spawned:
    """A running worker process and the judge's ends of its pipes; `wrapped` when bubblewrap is around it."""

    process: subprocess.Popen[bytes]
    requests: int
    replies: int
    output: int
    trace: int
    wrapped: bool
    _bell: int = field(repr=False)
    _lifeline: int = field(repr=False)

    def ring(self) -> None:
        """Have the worker write to `trace` where it is; it does so even in an endless loop."""
        if hasattr(fcntl, "F_SETSIG"):
            with contextlib.suppress(BrokenPipeError):  # the solution has closed it: then nobody can be asked
                os.write(self._bell, b"!")
        else:
            os.kill(self.process.pid, signal.SIGUSR1)

    def kill(self) -> int:
        """End the worker and everything it started; returns its exit status. May be called again."""
        if self._lifeline >= 0:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS forbids it once the group is dead
                os.killpg(self.process.pid, signal.SIGKILL)
            status = self.process.wait()
            for descriptor in (self.requests, self.replies, self.output, self.trace, self._bell, self._lifeline):
                os.close(descriptor)
            self._lifeline = -1
            return status
        return self.process.wait()


def bwrap_command() -> list[str]:
    """A bubblewrap prefix: everything read-only, no network, own process space, our own sources out of sight."""
    command = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-all", "--die-with-parent"]
    for package in ("katas", "reference"):
        spec = importlib.util.find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            command += ["--tmpfs", str(folder)]
    return command


def bwrap_works() -> bool:
    """Whether bubblewrap is installed and may be used by this user on this machine."""
    if shutil.which("bwrap") is None:
        return False
    probe = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-all", "true"]
    return subprocess.run(probe, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0


def spawn(sandbox: str = "none", cpu_seconds: int = 120) -> Spawned:
    """Start a worker in isolated mode; it imports NumPy and waits for a file to load.

    The worker ends with the thread that starts it, so that must be one that lasts.

    Args:
        sandbox: "none", "bwrap", or "auto": bubblewrap where it works on this machine, else none.
        cpu_seconds: CPU time after which the kernel ends the worker, whatever happens to us.
    """
    numpy_spec = importlib.util.find_spec("numpy")
    if numpy_spec is None or numpy_spec.origin is None:
        raise JudgeFailure("NumPy is not installed in the Python that runs kata")
    numpy_folder = str(Path(numpy_spec.origin).parents[1])
    prefix: list[str] = []
    if sandbox == "bwrap" or (sandbox == "auto" and bwrap_works()):
        prefix = bwrap_command()
    pipes = [os.pipe() for _ in range(6)]
    requests, replies, output, trace, lifeline, bell = pipes
    theirs = (requests[0], replies[1], trace[1], lifeline[0], bell[0])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    arguments = [*map(str, theirs), numpy_folder, str(cpu_seconds)]
    try:
        process = subprocess.Popen(
            [*prefix, sys.executable, "-I", "-S", str(WORKER), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output[1],
            stderr=output[1],
            pass_fds=theirs,
            start_new_session=True,
            env=environment,
        )
    except OSError as error:
        for pair in pipes:
            for descriptor in pair:
                os.close(descriptor)
        raise JudgeFailure(f"the worker process could not be started: {error}") from error
    for descriptor in (*theirs, output[1]):
        os.close(descriptor)
    for descriptor in (requests[1], replies[0], output[0], trace[0], bell[1]):
        os.set_blocking(descriptor, False)
    return Spawned(process, requests[1], replies[0], output[0], trace[0], bool(prefix), bell[1], lifeline[1])
