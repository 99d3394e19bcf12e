"""The worker process: holds one solution and nothing else of ours but the sandbox's own modules.

Started by path as `python -I -S worker.py REQUESTS REPLIES TRACE LIFELINE BELL NUMPY_FOLDER CPU_SECONDS CONFINEMENT`,
where the first five are open descriptors and the last is JSON (see `spawn`). It puts limits on itself, imports NumPy,
gives up all rights that a solution does not need, says that it is ready, waits for a file to load, and then answers
requests until its pipe closes. With `-S` nothing of the installation's start-up files runs; NumPy's folder is the only
one added to the path, and the guard lets nothing but NumPy through it.
"""

from __future__ import annotations

import fcntl
import importlib.abc
import importlib.machinery
import importlib.util
import json
import linecache
import os
import resource
import select
import signal
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ADDRESS_SPACE_BYTES = 4 * 2**30
FILE_BYTES = 64 * 2**20
OPEN_FILES = 256
OWN_PACKAGE = "_kata_sandbox"
PR_SET_PDEATHSIG = 1
LOST_CONNECTION = 83  # exit code when the solution closed our pipes; `client` knows it


def main() -> None:
    requests, replies, trace, lifeline, bell = (int(argument) for argument in sys.argv[1:6])
    numpy_folder, cpu_seconds, confinement = sys.argv[6], int(sys.argv[7]), Confinement(**json.loads(sys.argv[8]))
    if sys.platform == "linux" and confinement.leaves_processes():
        import_own("supervisor").supervise(lifeline)
    else:
        die_with_the_judge(lifeline)
    limit_resources(cpu_seconds, confinement.processes)
    sys.path.append(numpy_folder)
    own = Own(*(import_own(name) for name in ("wire", "messages", "pipes", "host", "coding")))
    show_where_it_hangs(trace, bell)
    ready = own.messages.Ready(*confinement.apply())
    for name in [name for name in sys.modules if name.startswith(OWN_PACKAGE)]:
        del sys.modules[name]
    sys.argv = [""]
    sys.meta_path.insert(0, ImportGuard())
    for stream in (sys.stdout, sys.stderr):  # whatever the locale, printing never fails
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    Worker(own, requests, replies).run(ready)


class Confinement(NamedTuple):
    """What should confine this process, as `spawn` asks for it.

    Attributes:
        landlock: by Landlock, where the kernel has it, and then by seccomp.
        bwrap: bubblewrap is around it already; by seccomp too.
        processes: how many processes and threads the user may have, this one's included.
        readable, hidden: see `landlock.restrict`.
    """

    landlock: bool
    bwrap: bool
    processes: int
    readable: list[str]
    hidden: list[str]

    def leaves_processes(self) -> bool:
        """Whether what the solution starts could outlive this process."""
        return not (self.bwrap or self._filtered())

    def apply(self) -> tuple[int, bool]:
        """Give up all rights but those that a solution needs; the version of Landlock and whether seccomp is in force."""
        filtered = self._filtered()
        landlock = import_own("landlock")
        version = landlock.restrict(self.readable, self.hidden) if self.landlock else 0
        if filtered:
            landlock.forbid_new_privileges()
            import_own("seccomp").restrict()
        return version, filtered

    def _filtered(self) -> bool:
        confined = self.bwrap or (self.landlock and import_own("landlock").version() > 0)
        return confined and import_own("seccomp").available()


def die_with_the_judge(lifeline: int) -> None:
    """See to it that this process group ends when the judge does, however the judge ends.

    The judge holds the other end of `lifeline` and never writes to it, so it only ever reports that the judge is gone. On
    Linux the kernel itself then kills the group, even while an endless loop in C holds the interpreter's lock; and it
    kills this process with its parent, in case the solution has closed the lifeline. Elsewhere a thread waits for the event.
    """
    if hasattr(fcntl, "F_SETSIG"):
        import ctypes  # NumPy imports it anyway

        signal_on_input(lifeline, signal.SIGKILL, -os.getpgrp())
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
        try:
            gone = os.read(lifeline, 1) == b""  # it may have ended before we asked to be told
        except BlockingIOError:
            gone = False
        if gone:
            os._exit(1)
        return
    import threading

    def wait_and_kill() -> None:
        os.read(lifeline, 1)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=wait_and_kill, daemon=True).start()


def signal_on_input(descriptor: int, number: signal.Signals, owner: int) -> None:
    """Have the kernel send a signal when `descriptor` can be read from, or its other end is gone. Linux only."""
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, owner)
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, number)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)
    os.set_blocking(descriptor, False)


def limit_resources(cpu_seconds: int, processes: int) -> None:
    """Limits on memory, CPU time, files and processes; a system that lacks one of them goes without it."""
    limits = [
        (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_CORE, 0),
    ]
    for what, amount in limits:
        hard = resource.getrlimit(what)[1]
        try:
            resource.setrlimit(what, (amount, amount) if hard == resource.RLIM_INFINITY else (min(amount, hard),) * 2)
        except (ValueError, OSError):
            continue  # macOS refuses RLIMIT_AS; `kata doctor` shows which limits hold
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file too large is then an OSError in the solution's own line


def import_own(name: str) -> types.ModuleType:
    """A module of this folder, in a package of its own name, so that the path need not hold the program."""
    folder = Path(__file__).parent
    if OWN_PACKAGE not in sys.modules:
        package = types.ModuleType(OWN_PACKAGE)
        package.__path__ = [str(folder)]
        sys.modules[OWN_PACKAGE] = package
    return importlib.import_module(f"{OWN_PACKAGE}.{name}")


def show_where_it_hangs(trace: int, bell: int) -> None:
    """On SIGUSR1, and when the interpreter crashes, write the stack to `trace`: the judge asks before it kills.

    On Linux the judge rings `bell` to have the signal sent, which reaches into another process space as well.
    """
    import faulthandler

    faulthandler.enable(file=trace, all_threads=False)
    faulthandler.register(signal.SIGUSR1, file=trace, all_threads=False)
    if hasattr(fcntl, "F_SETSIG"):
        signal_on_input(bell, signal.SIGUSR1, os.getpid())


class ImportGuard(importlib.abc.MetaPathFinder):
    """Lets a solution import NumPy and the standard library, and says why it may not import anything else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top == "numpy" or top in sys.stdlib_module_names or top.startswith("_sysconfigdata"):
            return None
        reason = f"a solution is one file, which may import only numpy and the standard library, not {top}"
        raise ModuleNotFoundError(reason, name=fullname)


class Own(NamedTuple):
    """The sandbox's own modules, imported under names that a solution cannot import."""

    wire: Any
    messages: Any
    pipes: Any
    host: Any
    coding: Any


class Worker:
    """The loop around the host: frames in, frames out."""

    def __init__(self, own: Own, requests: int, replies: int) -> None:
        self._wire, self._messages, self._pipes, self._host_module, self._coding = own
        self._requests, self._replies = requests, replies
        os.set_blocking(requests, False)
        self._host: Any = None
        self._process = os.getpid()
        self._number = 0  # of the request that is being answered; the first words belong to none

    def run(self, ready: Any) -> None:
        self._send(ready)
        while True:
            self._number, request = self._receive()
            reply = self._load(request) if type(request) is self._messages.Load else self._host.handle(request)
            self._flush_output()
            self._send(reply)

    def _load(self, request: Any) -> Any:
        """Run the learner's file as a module; not under its own name, which may be that of a standard module."""
        path, source = request.path, request.source.tobytes()
        lines = self._coding.readable_text(source).splitlines(keepends=True)
        linecache.cache[path] = len(source), None, lines, path
        module = types.ModuleType("solution")
        module.__file__ = path
        sys.modules[module.__name__] = module
        self._host = self._host_module.Host(vars(module), path, self._call_back)
        try:
            self._coding.source_text(source, path)
            exec(compile(source, path, "exec", dont_inherit=True), vars(module))
        except BaseException as error:
            return self._host_module.describe_exception(error, path)
        return self._messages.Result()

    def _call_back(self, function: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._send(self._messages.CallJudge(function, args, kwargs))
        _, answer = self._receive()
        if type(answer) is self._messages.Failed:
            raise self._host_module.raise_like(answer.type, answer.message)
        return answer.value

    def _send(self, message: Any) -> None:
        if os.getpid() != self._process:
            os._exit(0)  # a child that the solution forked has come back: only its parent speaks to the judge
        try:
            data = self._messages.pack(self._number, message)
        except self._wire.WireError as error:
            data = self._messages.pack(self._number, self._messages.Unsendable(str(error)))
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._replies, left) :]
            except OSError:
                os._exit(LOST_CONNECTION)

    def _receive(self) -> tuple[int, Any]:
        try:
            frame = self._pipes.read_frame(self._requests, self._wire.MAX_FRAME_BYTES, self._wait)
        except self._pipes.Closed:
            os._exit(0)  # the judge has closed its end: there is nothing left to do
        except OSError:
            os._exit(LOST_CONNECTION)
        number, message = self._messages.unpack_request(*frame)
        return number, message

    def _wait(self) -> None:
        select.select([self._requests], [], [])

    @staticmethod
    def _flush_output() -> None:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # the solution may have closed or replaced it: that is its own affair
                continue


if __name__ == "__main__":
    main()
