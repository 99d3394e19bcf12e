"""Runs `kata` as a process of its own that need not import everything first: each is a fork of one that has.

Half of what a short command costs is imports, and the tests run hundreds of them. What a fork shares with the installed
program is all but its start; that is what `python -c` in `test_help.py` and the tests on a pseudo-terminal are for.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from harness.cli import COMMANDS

PRELOADED = ["harness.cli", *dict.fromkeys(f"harness.commands.{module}" for module, _ in COMMANDS.values())]
NAMES = ("out", "err")
INSTALLED = Path(sysconfig.get_path("scripts")) / "kata"

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(PRELOADED)


def run(
    arguments: tuple[str, ...], folder: Path, env: dict[str, str], encoding: str, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run one command line to its end, without a terminal; what it prints goes into files.

    A variable that Python itself reads when it starts, and has another value here, means that the installed program is run.
    """
    if any(name.startswith("PYTHON") and value != os.environ.get(name) for name, value in env.items()):
        return subprocess.run(
            [INSTALLED, *arguments],
            cwd=folder,
            env={**env, "PYTHONIOENCODING": encoding},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding=encoding,
            timeout=timeout,
        )
    with tempfile.TemporaryDirectory() as name:
        process = _forks.Process(target=_begin, args=(arguments, str(folder), env, encoding, name))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["kata", *arguments], timeout)
        out, err = (Path(name, stream).read_text(encoding=encoding) for stream in NAMES)
    return subprocess.CompletedProcess(["kata", *arguments], process.exitcode, out, err)


def _begin(arguments: tuple[str, ...], folder: str, env: dict[str, str], encoding: str, streams: str) -> None:
    """In the fork: what differs from the process that was forked, then the program."""
    for descriptor, path in enumerate((os.devnull, *(os.path.join(streams, name) for name in NAMES))):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), descriptor)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding=encoding, closefd=False) for number, mode in enumerate("rww")
    )
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    tempfile.tempdir = None
    os.chdir(folder)
    sys.argv = ["kata", *arguments]
    from harness.cli import main

    try:
        main()
    finally:
        gc.collect()  # a fork ends at once, where a program would drop what it still holds: an open history, for one
