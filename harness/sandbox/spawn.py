"""Starts a worker process. Imports nothing heavy, so that the worker and the judge can import NumPy at the same time."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .errors import JudgeFailure

WORKER = Path(__file__).with_name("worker.py")
THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@dataclass
class Spawned:
    """A running worker process and the judge's ends of its pipes."""

    process: subprocess.Popen[bytes]
    requests: int
    replies: int
    output: int
    trace: int
    _lifeline: int = field(repr=False)

    def kill(self) -> int:
        """End the worker and everything it started; returns its exit status. May be called again."""
        if self._lifeline >= 0:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            status = self.process.wait()
            for descriptor in (self.requests, self.replies, self.output, self.trace, self._lifeline):
                os.close(descriptor)
            self._lifeline = -1
            return status
        return self.process.wait()


def bwrap_command(executable: str, numpy_folder: str) -> list[str]:
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
        prefix = bwrap_command(sys.executable, numpy_folder)
    pipes = [os.pipe() for _ in range(5)]
    (request_read, request_write), (reply_read, reply_write), (out_read, out_write), (trace_read, trace_write), life = pipes
    theirs = (request_read, reply_write, trace_write, life[0])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    arguments = [*map(str, theirs), numpy_folder, str(cpu_seconds)]
    try:
        process = subprocess.Popen(
            [*prefix, sys.executable, "-I", "-S", str(WORKER), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out_write,
            stderr=out_write,
            pass_fds=theirs,
            start_new_session=True,
            env=environment,
        )
    except OSError as error:
        for pair in pipes:
            for descriptor in pair:
                os.close(descriptor)
        raise JudgeFailure(f"the worker process could not be started: {error}") from error
    for descriptor in (*theirs, out_write):
        os.close(descriptor)
    for descriptor in (reply_read, out_read, trace_read):
        os.set_blocking(descriptor, False)
    return Spawned(process, request_write, reply_read, out_read, trace_read, life[1])
