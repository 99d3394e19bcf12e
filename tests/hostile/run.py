"""Runs the hostile solutions in one sandbox, as the user who calls it, and prints what came of each as a line of JSON.

    python tests/hostile/run.py none|landlock|bwrap|landlock+bwrap [NAME ...]

The tests start this in processes of their own: with another user, and because a hostile solution without a sandbox may
do to its judge what it likes.
"""

from __future__ import annotations

from harness.sandbox.threads import use_one_thread

use_one_thread()

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from attacks import BASELINE, DISTURBANCES, FORGERIES, REACHES, Attack

import katas
import reference.relu
from harness import catalog
from harness.judge.assertions import expect
from harness.judge.replay import Check, run_check
from harness.judge.session import Options, judge
from harness.sandbox.client import WorkerClient
from harness.sandbox.errors import SolutionRaised
from harness.sandbox.proxy import Solution
from harness.sandbox.spawn import Layers

LAYERS = {
    "none": Layers(False, False),
    "landlock": Layers(True, False),
    "bwrap": Layers(False, True),
    "landlock+bwrap": Layers(True, True),
}
HARMLESS = "\ndef harmless(x): return x + 1\n"
LEFT_SECONDS = 5.0
ALONE = ("processes", "interpreter", "wire")  # families whose attacks get a worker of their own, and leave none behind


@contextmanager
def outside(folder: Path) -> Iterator[dict[str, Any]]:
    """What an attack may try to reach; `function` is one that it may call."""
    for name in ("secret", "file", "victim"):
        (folder / name).write_text(name)
    (folder / "empty").mkdir()
    listeners = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
    abstract = f"\0kata-{uuid.uuid4()}"
    for listener, address in zip(listeners[1:], (str(folder / "socket"), abstract), strict=True):
        listener.bind(address)
        listener.listen()
    decoy = subprocess.Popen(["sleep", "1000"], env={"PATH": os.environ["PATH"]})
    try:
        yield {
            "secret": str(folder / "secret"),
            "folder": str(folder),
            "file": str(folder / "file"),
            "solution": str(folder / "answer.py"),
            "root": str(Path(katas.__path__[0]).parent),
            "katas": str(katas.__path__[0]),
            "tests": str(Path(katas.__path__[0]) / "relu/test_relu.py"),
            "reference": str(reference.relu.__file__),
            "port": listeners[0].getsockname()[1],
            "unix": str(folder / "socket"),
            "abstract": abstract,
            "decoy": decoy.pid,
            "judge": os.getpid(),
        }
        if decoy.poll() is not None:
            raise AssertionError("the decoy was ended")
    finally:
        for listener in listeners:
            listener.close()
        decoy.kill()
        decoy.wait()


class Bench:
    """One file with all attacks as functions, in a worker that is replaced as often as an attack breaks it."""

    def __init__(self, sandbox: str, folder: Path) -> None:
        attacks = (*REACHES, *DISTURBANCES)
        self._function = {attack.name: f"attack_{number}" for number, attack in enumerate(attacks)}
        path = folder / "answer.py"
        bodies = [f"def {self._function[a.name]}(there):\n{textwrap.indent(a.code, '    ')}\n" for a in attacks]
        path.write_text("\n".join([*bodies, HARMLESS]), encoding="utf-8")
        self.client = WorkerClient(path, sandbox=LAYERS[sandbox])

    def run(self, attack: Attack, there: dict[str, Any]) -> dict[str, Any]:
        """How the attack's check came out, and the next check."""
        alone = attack.family in ALONE
        if alone:
            self.client.kill()
        self.client.call_timeout = attack.timeout
        self.client.allow(120.0)
        reached: list[Any] = []

        def drive(solution: Solution, rng: Any) -> None:
            function = {"function": lambda x: x} if attack in DISTURBANCES else {}
            reached.append(getattr(solution, self._function[attack.name])({**there, **function}))
            expect(isinstance(reached[0], str) and reached[0] == "expected", "it is wrong")

        def harmless(solution: Solution, rng: Any) -> None:
            expect(solution.harmless(1) == 2, "it is wrong")

        began = time.monotonic()
        attempt = run_check(Check("T::attack", "any", "title", drive), self.client, "answer.py", 0)
        seconds = time.monotonic() - began
        outcome: str = attempt.outcome
        if attack in REACHES and (reached or isinstance(attempt.error, SolutionRaised)):
            outcome = "reached" if reached else "stopped"
        self.client.call_timeout = 10.0
        for _ in range(2):  # a worker that dies between two checks costs the one that comes next
            after = run_check(Check("T::harmless", "any", "title", harmless), self.client, "answer.py", 0)
            if after.outcome == "passed":
                break
        if alone:
            self.client.kill()
        return {"outcome": str(outcome), "message": attempt.message[:300], "seconds": seconds, "after": str(after.outcome)}


def score(attack: Attack, sandbox: str, baseline: int) -> dict[str, Any]:
    """One whole file against the hidden tests of relu."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "relu.py"
        path.write_text(attack.code, encoding="utf-8")
        os.chdir(name)
        began = time.monotonic()
        options = Options(timing=False, diagnosis=False, sandbox=LAYERS[sandbox])
        try:
            verdict = judge(catalog.load("relu"), path, "relu.py", options)
        finally:
            os.chdir("/")
    outcome = "no more" if verdict.score <= baseline and not verdict.passed else f"scored {verdict.score}"
    return {"outcome": outcome, "message": "", "seconds": time.monotonic() - began, "after": "passed"}


def ended(mark: str) -> int:
    """Wait until no worker, nor anything that one has started, is left; how many do not go."""
    give_up = time.monotonic() + LEFT_SECONDS
    while (left := marked(mark)) and time.monotonic() < give_up:
        time.sleep(0.02)
    for process in left:
        os.kill(process, signal.SIGKILL)
    return len(left)


def marked(mark: str) -> list[int]:
    """Living processes that carry the mark in their environment; the decoy does not."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            gone = (folder / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
            if mark.encode() in (folder / "environ").read_bytes() and not gone:
                found.append(int(folder.name))
        except OSError:
            continue
    return [process for process in found if process != os.getpid()]


def main() -> None:
    sandbox, names = sys.argv[1], sys.argv[2:]
    os.environ["KATA_HOSTILE_MARK"] = mark = str(uuid.uuid4())
    attacks = [a for a in (*REACHES, *DISTURBANCES, *FORGERIES) if sandbox != "none" or a.harmless]
    if names:
        attacks = [a for a in attacks if a.name in names or a.family in names]
    baseline = int(score(Attack("baseline", "points", BASELINE), sandbox, -1)["outcome"].removeprefix("scored "))
    with tempfile.TemporaryDirectory() as name, outside(Path(name)) as there:
        bench = Bench(sandbox, Path(name))
        try:
            for attack in attacks:
                try:
                    done = score(attack, sandbox, baseline) if attack in FORGERIES else bench.run(attack, there)
                except BaseException:  # whatever it is, no attack may do that
                    done = {"outcome": "judge failed", "message": traceback.format_exc(), "seconds": 0.0, "after": ""}
                left = ended(mark) if attack.family in ALONE else 0
                print(json.dumps({"name": attack.name, "family": attack.family, **done, "left": left}), flush=True)
        finally:
            bench.client.kill()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"name": "summary", "peak": peak, "user": os.getuid(), "left": ended(mark)}))


if __name__ == "__main__":
    main()
