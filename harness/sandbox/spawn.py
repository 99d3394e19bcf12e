"""Starts a worker process. Imports nothing heavy, so that the worker and the judge can import NumPy at the same time."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from harness.sandbox.threads import THREAD_VARIABLES

from .errors import JudgeFailure

WORKER = Path(__file__).with_name("worker.py")
SANDBOXES = ("auto", "none", "landlock", "bwrap")
KILL_SECONDS = 5.0
MORE_PROCESSES = 64
SCRATCH_BYTES = 16 * 2**20
OURS = ("harness", "katas", "reference")
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/usr/share/zoneinfo")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

# glibc learns from what a process frees whether a large array gets new pages, each of which costs a fault, or old ones.
# So one of two equal solutions took three times as long as the other. With these settings, memory that was used stays.
STEADY_MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(2**30)}

_bwrap_failed = False


@dataclass(frozen=True)
class Layers:
    """What should confine a worker: Landlock (with seccomp), bubblewrap, both or neither."""

    landlock: bool
    bwrap: bool

    @classmethod
    def of(cls, sandbox: str) -> Layers:
        """The layers that `--sandbox` means here and now.

        "auto" is everything there is: whether the kernel has Landlock, the worker finds out; whether bubblewrap works,
        the first start shows.
        """
        linux = sys.platform == "linux"
        bwrap = linux and not _bwrap_failed and shutil.which("bwrap") is not None
        return {
            "auto": cls(linux, bwrap),
            "none": cls(False, False),
            "landlock": cls(True, False),
            "bwrap": cls(True, True),
        }[sandbox]


@dataclass
class Spawned:
    """A running worker process and the judge's ends of its pipes.

    Attributes:
        layers: what it was asked to be confined by; its first words tell what is in force.
    """

    process: subprocess.Popen[bytes]
    requests: int
    replies: int
    output: int
    trace: int
    layers: Layers
    _bell: int = field(repr=False)
    _lifeline: int = field(repr=False)

    def ring(self) -> None:
        """Have the worker write to `trace` where it is; it does so even in an endless loop."""
        if hasattr(fcntl, "F_SETSIG"):
            with contextlib.suppress(BrokenPipeError):  # the solution has closed it: then nobody can be asked
                os.write(self._bell, b"!")
        else:
            os.kill(self.process.pid, signal.SIGUSR1)

    def cpu_seconds(self) -> float:
        """CPU time that the worker and all processes around it have used so far, as the kernel counts it; nan elsewhere.

        Linux has a clock for each process that others may read, numbered as `MAKE_PROCESS_CPUCLOCK` in its source does.
        """
        if sys.platform != "linux":
            return math.nan
        try:
            return _cpu_seconds(self.process.pid)
        except OSError:  # it has ended, or the kernel does not tell
            return math.nan

    def kill(self) -> int:
        """End the worker and everything it started; returns its exit status. May be called again."""
        if self._lifeline < 0:
            return self.process.wait()
        os.close(self._lifeline)  # a supervisor now ends whatever the solution has started, then itself
        self._lifeline = -1
        if self.layers == Layers(False, False):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(KILL_SECONDS)
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS forbids it once the group is dead
                os.killpg(self.process.pid, signal.SIGKILL)
        for descriptor in (self.requests, self.replies, self.output, self.trace, self._bell):
            os.close(descriptor)
        return self.process.wait()


def _cpu_seconds(process: int) -> float:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return time.clock_gettime(~process << 3 | 2) + sum(_cpu_seconds(int(child)) for child in children)


def bwrap_failed() -> None:
    """A worker did not start inside bubblewrap: from now on, "auto" does without it."""
    global _bwrap_failed
    _bwrap_failed = True


@dataclass(frozen=True)
class Places:
    """What a worker may read.

    Attributes:
        libraries: Python's own library and the system's shared ones.
        hidden: folders that may lie inside those: other packages, and all that is ours.
        numpy: NumPy, which may lie in a hidden folder.
    """

    libraries: tuple[str, ...]
    hidden: tuple[str, ...]
    numpy: tuple[str, ...]

    @classmethod
    def here(cls, packages: str) -> Places:
        """On this machine, with NumPy installed in the folder `packages`."""
        standard = os.path.dirname(os.__file__)
        ours = []
        for name in OURS:
            spec = importlib.util.find_spec(name)
            ours += [os.path.dirname(folder) for folder in (spec and spec.submodule_search_locations) or ()]
        hidden = (packages, *ours, *(os.path.join(standard, name) for name in ("site-packages", "dist-packages")))
        libraries = (*LIBRARIES, os.path.join(sys.base_prefix, "lib"), standard, *SETTINGS)
        numpy = tuple(os.path.join(packages, name) for name in ("numpy", "numpy.libs"))
        return cls(libraries, tuple(dict.fromkeys(hidden)), numpy)


def python() -> str:
    """The interpreter itself, not a virtual environment's link to it."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def bwrap_command(places: Places) -> list[str]:
    """A bubblewrap prefix: no network, own processes, no capabilities, and a disk with nothing on it but these places."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
    for path in ("/tmp", "/run"):  # first, for any of what follows may be installed below them
        command += ["--size", str(SCRATCH_BYTES), "--tmpfs", path]
    libraries = [path for path in dict.fromkeys(places.libraries) if os.path.exists(path)]
    for path in libraries:
        command += ["--ro-bind", path, path]
    resolved = [os.path.realpath(path) + os.sep for path in libraries]
    for path in map(os.path.realpath, places.hidden):
        if os.path.isdir(path) and path.startswith(tuple(resolved)):
            command += ["--size", "65536", "--tmpfs", path]
    for path in (*places.numpy, str(WORKER.parent), python()):
        command += ["--ro-bind-try", path, path]
    for path in DEVICES:
        command += ["--dev-bind-try", path, path]
    return [*command, "--remount-ro", "/", "--chdir", "/"]


def bwrap_works() -> bool:
    """Whether bubblewrap is installed and this user may start a worker in it. Starts one: not for every check."""
    if shutil.which("bwrap") is None:
        return False
    probe = [*bwrap_command(Places.here(_packages())), python(), "-I", "-S", "-c", "pass"]
    return subprocess.run(probe, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0


def unavailable(sandbox: str) -> str | None:
    """Why a sandbox that somebody asks for by name cannot be had here, as a sentence; None where it can."""
    if sandbox == "bwrap" and not bwrap_works():
        return "bubblewrap (bwrap) is not installed or may not be used here; `kata doctor` tells more"
    if sandbox == "landlock":
        from . import landlock  # its ctypes takes time that only those pay who ask for it

        if not landlock.version():
            return "this system has no Landlock, which needs Linux 5.13 or newer; `kata doctor` tells more"
    return None


def spawn(sandbox: str | Layers = "auto", cpu_seconds: int = 120) -> Spawned:
    """Start a worker in isolated mode; it imports NumPy and waits for a file to load.

    The worker ends with the thread that starts it, so that must be one that lasts.

    Args:
        sandbox: one of `SANDBOXES`, or the layers themselves.
        cpu_seconds: CPU time after which the kernel ends the worker, whatever happens to us.
    """
    layers = sandbox if isinstance(sandbox, Layers) else Layers.of(sandbox)
    packages = _packages()
    places = Places.here(packages)
    confinement = {
        "landlock": layers.landlock,
        "bwrap": layers.bwrap,
        "processes": _running() + MORE_PROCESSES,
        "readable": [*places.libraries, *places.numpy, *DEVICES],
        "hidden": places.hidden,
    }
    pipes = [os.pipe() for _ in range(6)]
    requests, replies, output, trace, lifeline, bell = pipes
    theirs = (requests[0], replies[1], trace[1], lifeline[0], bell[0])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    environment.update(STEADY_MALLOC)
    start = [*bwrap_command(places), python()] if layers.bwrap else [sys.executable]
    arguments = [*map(str, theirs), packages, str(cpu_seconds), json.dumps(confinement)]
    try:
        process = subprocess.Popen(
            [*start, "-I", "-S", str(WORKER), *arguments],
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
    return Spawned(process, requests[1], replies[0], output[0], trace[0], layers, bell[1], lifeline[1])


def _running() -> int:
    """An upper bound of how many processes and threads this user has: where it can be read, all that the system has."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
    return 4096


def _packages() -> str:
    """The folder that NumPy is installed in."""
    spec = importlib.util.find_spec("numpy")
    if spec is None or spec.origin is None:
        raise JudgeFailure("NumPy is not installed in the Python that runs kata")
    return str(Path(spec.origin).parents[1])
