"""What a solution can do to its worker, and what the judge makes of it: real processes, real deaths, real attacks."""

from __future__ import annotations

import os
import platform
import resource
import select
import signal
import subprocess
import sysconfig
import time
import types
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import numpy as np
import pytest

from harness.judge.assertions import CheckFailed, assert_close
from harness.judge.bank import names_in
from harness.judge.plugin import CheckPlugin
from harness.judge.replay import Attempt, Check, run_check
from harness.judge.verdict import Cause, Outcome
from harness.sandbox import landlock, messages
from harness.sandbox.client import KEPT_CHECK_OUTPUT_BYTES, KEPT_OUTPUT_BYTES, WorkerClient
from harness.sandbox.errors import (
    CallTimeout,
    JudgeFailure,
    Refused,
    SandboxError,
    SolutionMissing,
    SolutionRaised,
    Stage,
    WorkerCrashed,
)
from harness.sandbox.local import LocalBackend
from harness.sandbox.proxy import RemoteObject, Solution, assign, fetch, put
from harness.sandbox.spawn import Spawned, bwrap_works, spawn

KATA = Path(sysconfig.get_path("scripts")) / "kata"
SANDBOXES = [
    "none",
    pytest.param("landlock", marks=pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")),
    pytest.param("bwrap", marks=pytest.mark.skipif(not bwrap_works(), reason="bubblewrap is not usable on this machine")),
]
HANG_SECONDS = 0.5

# A solution that finds the pipe to the judge among its descriptors, and sends frames of its own making.
FORGERY = """
import json, os, struct
def forge(number, name, *fields):
    header = json.dumps(["tuple", [number, name, *fields]]).encode()
    frame = struct.pack(">IQ", len(header), 0) + header
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        try:
            if descriptor > 2 and "pipe:" in os.readlink(f"/proc/self/fd/{descriptor}"):
                os.write(descriptor, frame)
        except OSError:
            pass
"""
PLAIN = "0.0, ['tuple', []], ['tuple', []], False, 0.0"  # what follows the value in a result
FIRST_CALL = 3  # loading the file and the start of the check come before it


class Bench:
    """A solution in a worker, and checks made of one call to it."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.client = WorkerClient(path, **{"call_timeout": 5.0, "sandbox": "none", **options})
        self.file = path.name

    def begin(self) -> Solution:
        """The proxy that a new check would get."""
        self.client.begin_check(0)
        return Solution(self.client, self.file)

    def check(
        self, drive: Callable[[Any], Any] = lambda solution: solution.f(np.zeros(3)), watches_inputs: bool = False
    ) -> Attempt:
        """Run one check whose body is `drive`."""

        def function(solution: Solution, rng: np.random.Generator) -> None:
            drive(solution)

        check = Check("TestAny::test_any", "any", "title", function, watches_inputs=watches_inputs)
        return run_check(check, self.client, self.file, 0)


@pytest.fixture(scope="module")
def spare() -> Iterator[Callable[[], Spawned]]:
    """Gives a worker that was started a while ago, so that a test need not wait for its start."""
    started = [spawn("none"), spawn("none")]

    def take() -> Spawned:
        started.append(spawn("none"))
        return started.pop(0)

    yield take
    for worker in started:
        worker.kill()


@pytest.fixture
def bench(tmp_path: Path, spare: Callable[[], Spawned]) -> Iterator[Callable[..., Bench]]:
    """Opens a solution, given as source code; its workers are gone after the test."""
    opened: list[Bench] = []

    def open_bench(source: str, fresh: bool = False, **options: Any) -> Bench:
        path = tmp_path / "answer.py"
        path.write_text(source, encoding="utf-8")
        first = None if fresh or "sandbox" in options else spare()
        opened.append(Bench(path, first=first, **options))
        return opened[-1]

    yield open_bench
    for one in opened:
        one.client.kill()


def body(*lines: str) -> str:
    """A solution whose function f has these lines; the first of them is line 3 of the file."""
    return "import ctypes, os, signal, sys, time, numpy as np\ndef f(*args, **kwargs):\n    " + "\n    ".join(lines) + "\n"


def call_f(x: Any, solution: Any) -> Any:
    """A check that calls f and looks no further."""
    return solution.f(x)


HARMLESS = "\ndef g(x): return x + 1\n"


class TestDeaths:
    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("sys.exit(3)", "f called sys.exit(3)"),
            ("exit_code = os._exit(3)", "f ended the process with exit code 3"),
            ("os._exit(0)", "f ended the process with exit code 0"),
            ("ctypes.string_at(0)", "f was ended by SIGSEGV (segmentation fault) (it was at answer.py:3, in f)"),
            ("os.abort()", "f was ended by SIGABRT (aborted) (it was at answer.py:3, in f)"),
            ("os.kill(os.getpid(), signal.SIGKILL)", "f was ended by SIGKILL (killed)"),
            ("os.kill(os.getpid(), signal.SIGTERM)", "f was ended by SIGTERM (terminated)"),
            ("os.kill(os.getpid(), 40)", "f was ended by signal 40"),
            (
                "raise KeyboardInterrupt('no')",
                "f raised KeyboardInterrupt at answer.py:3: no\n    raise KeyboardInterrupt('no')",
            ),
            ("os.closerange(3, 256)", "f closed the connection to the judge"),
        ],
    )
    def test_death_costs_the_check_and_no_more(self, bench: Callable[..., Bench], line: str, message: str) -> None:
        judged = bench(body(line) + HARMLESS)
        attempt = judged.check()
        assert (attempt.outcome, attempt.message) == (Outcome.CRASHED, message)
        assert judged.check(lambda solution: solution.g(1)).outcome is Outcome.PASSED

    def test_calls_after_a_death_in_the_same_check_say_so(self, bench: Callable[..., Bench]) -> None:
        solution = bench(body("os._exit(3)") + HARMLESS).begin()
        with pytest.raises(WorkerCrashed):
            solution.f()
        with pytest.raises(WorkerCrashed, match="g could not run: the process that held the solution had already ended"):
            solution.g(1)

    @pytest.mark.skipif(not bwrap_works(), reason="bubblewrap is not usable on this machine")
    @pytest.mark.parametrize(("line", "words"), [("os._exit(3)", "exit code 3"), ("ctypes.string_at(0)", "SIGSEGV")])
    def test_death_inside_bubblewrap_is_told_alike(self, bench: Callable[..., Bench], line: str, words: str) -> None:
        attempt = bench(body(line), sandbox="bwrap").check()
        assert attempt.outcome is Outcome.CRASHED
        assert words in attempt.message

    def test_death_between_two_checks_is_blamed_on_what_was_left_running(self, bench: Callable[..., Bench]) -> None:
        source = "import os, threading\ndef f(x): threading.Timer(0.05, os._exit, (7,)).start()\n"
        judged = bench(source)
        assert judged.check().outcome is Outcome.PASSED
        process = judged.client._worker
        assert process is not None
        os.waitid(os.P_PID, process.process.pid, os.WEXITED | os.WNOWAIT)
        attempt = judged.check()
        assert attempt.outcome is Outcome.CRASHED
        assert attempt.message == "what the last check left running ended the process with exit code 7"
        assert judged.check().outcome is Outcome.PASSED


class TestHangs:
    @pytest.mark.parametrize(
        "lines",
        [
            ("while True: pass",),
            ("time.sleep(60)",),
            ("sum(range(10**12))",),
            ("while True:", "    try: time.sleep(60)", "    except BaseException: pass"),
        ],
        ids=["loop", "sleep", "loop in C", "catches everything"],
    )
    @pytest.mark.parametrize("sandbox", SANDBOXES)
    def test_hang_is_ended_and_located(self, bench: Callable[..., Bench], lines: tuple[str, ...], sandbox: str) -> None:
        judged = bench(body(*lines) + HARMLESS, call_timeout=HANG_SECONDS, sandbox=sandbox)
        attempt = judged.check()
        assert attempt.outcome is Outcome.TIMEOUT
        where = 4 if len(lines) > 1 else 3
        assert attempt.message == f"f did not return within {HANG_SECONDS:g} s (it was at answer.py:{where}, in f)"
        assert judged.check(lambda solution: solution.g(1)).outcome is Outcome.PASSED

    def test_stopped_process_is_ended(self, bench: Callable[..., Bench]) -> None:
        attempt = bench(body("os.kill(os.getpid(), signal.SIGSTOP)"), call_timeout=HANG_SECONDS).check()
        assert attempt.outcome is Outcome.TIMEOUT

    def test_endless_calls_of_the_checks_own_function_are_ended(self, bench: Callable[..., Bench]) -> None:
        source = "def f(function):\n    while True: function(1.0)\n"
        attempt = bench(source, call_timeout=HANG_SECONDS).check(lambda solution: solution.f(lambda x: x))
        assert attempt.outcome is Outcome.TIMEOUT
        assert attempt.seconds < 5

    def test_time_is_up_for_all_calls_together(self, bench: Callable[..., Bench]) -> None:
        judged = bench(body("time.sleep(0.5)"), budget=2.0)
        assert judged.check().outcome is Outcome.PASSED
        attempts = [judged.check() for _ in range(5)]
        assert attempts[-1].outcome is Outcome.TIMEOUT
        assert attempts[-1].message == "the whole check ran out of its 2 s"
        assert any("was running" in a.message and "when the whole check ran out" in a.message for a in attempts)

    def test_second_timeout_blocks_the_rest(self, bench: Callable[..., Bench]) -> None:
        judged = bench(body("time.sleep(60)") + HARMLESS, call_timeout=HANG_SECONDS)
        names = ["f", "g", "f", "g", "f"]
        checks = [
            Check(f"T::{i}", "any", "title", lambda solution, rng, name=name: getattr(solution, name)(1))
            for i, name in enumerate(names)
        ]
        plugin = CheckPlugin(judged.client, "answer.py", 0)
        plugin.run(checks)
        assert [result.outcome for result in plugin.results.values()] == [
            "timeout",
            "passed",
            "timeout",
            "blocked",
            "blocked",
        ]
        assert plugin.results["T::4"].message == "not run: 2 checks had run out of time already"

    def test_spent_budget_blocks_the_rest(self, bench: Callable[..., Bench]) -> None:
        judged = bench(body("time.sleep(60)"), budget=0.5)
        plugin = CheckPlugin(judged.client, "answer.py", 0)
        plugin.run([Check(f"T::{i}", "any", "title", lambda solution, rng: solution.f(1)) for i in range(3)])
        assert [result.outcome for result in plugin.results.values()] == ["timeout", "blocked", "blocked"]
        assert plugin.results["T::2"].message == "not run: the whole check ran out of its time"


# Sends a frame of its own, and leaves a thread behind that goes on doing so.
CHATTER = """
import os, threading
def chatter():
    for descriptor in range(3, 256):
        try:
            os.write(descriptor, bytes([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]) + b"null")
        except OSError:
            pass
    threading.Timer(0.001, chatter).start()
chatter()
"""


class TestImporting:
    @pytest.mark.parametrize(
        ("source", "outcome", "words"),
        [
            (CHATTER, Outcome.CRASHED, "importing answer.py broke the connection to the judge: it sent "),
            (
                "def f(x)\n    return x\n",
                Outcome.ERROR,
                "importing answer.py raised SyntaxError at answer.py:1: expected ':'",
            ),
            ("x = 1\nraise OSError('no')\n", Outcome.ERROR, "importing answer.py raised OSError at answer.py:2: no"),
            ("import os\nos._exit(4)\n", Outcome.CRASHED, "importing answer.py ended the process with exit code 4"),
            ("while True: pass\n", Outcome.TIMEOUT, "importing answer.py did not return within"),
            ("import sys\nsys.exit('bye')\n", Outcome.CRASHED, "importing answer.py called sys.exit(bye)"),
            ("x = '\0'\n", Outcome.ERROR, "importing answer.py raised"),
            ("x = " + "(" * 500 + ")" * 500, Outcome.ERROR, "importing answer.py raised SyntaxError"),
        ],
        ids=["chatter", "syntax", "exception", "exit", "hang", "sys.exit", "null byte", "too deep"],
    )
    def test_failure_is_told_once_and_blocks_the_rest(
        self, bench: Callable[..., Bench], source: str, outcome: Outcome, words: str
    ) -> None:
        judged = bench(source, call_timeout=HANG_SECONDS if outcome is Outcome.TIMEOUT else 5.0)
        plugin = CheckPlugin(judged.client, "answer.py", 0)
        plugin.run([Check(f"T::{i}", "any", "title", lambda solution, rng: solution.f(1)) for i in range(3)])
        first, *others = plugin.results.values()
        assert first.outcome is outcome
        assert words in first.message
        assert [result.outcome for result in others] == [Outcome.BLOCKED] * 2
        assert others[0].message == "not run: answer.py could not be imported (see above)"

    @pytest.mark.parametrize(
        "name", ["torch", "scipy", "reference", "katas", "harness", "pytest", "click", "reference.linear"]
    )
    def test_only_numpy_and_the_standard_library_can_be_imported(self, bench: Callable[..., Bench], name: str) -> None:
        attempt = bench(f"def f(x):\n    import {name}\n").check()
        assert attempt.outcome is Outcome.ERROR
        reason = (
            f"a solution is one file, which may import only numpy and the standard library, not {name.partition('.')[0]}"
        )
        assert attempt.message == f"f raised ModuleNotFoundError at answer.py:2: {reason}\n    import {name}"

    def test_numpy_and_the_standard_library_can_be_imported(self, bench: Callable[..., Bench]) -> None:
        modules = "collections, dataclasses, json, math, random, typing, numpy.linalg, numpy.lib.stride_tricks, numpy.random"
        assert bench(f"import {modules}\ndef f(x): return numpy.linalg.norm(x)\n").begin().f(np.array([3.0, 4.0])) == 5.0

    @pytest.mark.parametrize("name", ["numpy", "random", "json", "typing", "helper"])
    def test_modules_lying_in_the_folder_are_not_seen(self, bench: Callable[..., Bench], tmp_path: Path, name: str) -> None:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')")
        attempt = f"try:\n    import {name} as module\nexcept ImportError as error:\n    module = error\n"
        told = bench(attempt + "def f(): return str(module)\n").begin().f()
        assert ("may import only numpy" in told) == (name == "helper")

    def test_python_variables_of_the_environment_have_no_effect(
        self, bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "sitecustomize.py").write_text("raise SystemExit('the wrong module')")
        (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong module')")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setenv("PYTHONWARNINGS", "error")
        source = "import sys\ndef f(): return sys.warnoptions, sys.path\n"
        options, path = bench(source, fresh=True).begin().f()
        assert options == []
        assert str(tmp_path) not in path

    def test_a_file_is_judged_as_it_was_at_the_start(self, bench: Callable[..., Bench], tmp_path: Path) -> None:
        judged = bench("import os\ndef f(): os._exit(1)\ndef g(): return 'first'\n")
        assert judged.check(lambda solution: solution.f()).outcome is Outcome.CRASHED
        (tmp_path / "answer.py").write_text("def g(): return 'second'\n")
        assert judged.begin().g() == "first"

    def test_a_file_that_is_gone_is_no_verdict(self, bench: Callable[..., Bench], tmp_path: Path) -> None:
        judged = bench("")
        (tmp_path / "answer.py").unlink()
        with pytest.raises(JudgeFailure, match=r"answer\.py cannot be read"):
            judged.check()


class TestOutput:
    def test_what_is_printed_is_captured(self, bench: Callable[..., Bench], capfd: pytest.CaptureFixture[str]) -> None:
        judged = bench(body("print('to out', flush=True)", "print('to err', file=sys.stderr)", "os.write(1, b'raw\\n')"))
        judged.check()
        assert judged.client.output == "to out\nto err\nraw\n"
        assert capfd.readouterr() == ("", "")

    def test_long_output_is_cut_off(self, bench: Callable[..., Bench]) -> None:
        judged = bench(body("print('x' * 100_000)"))
        assert judged.check().outcome is Outcome.PASSED
        assert judged.client.output == "x" * KEPT_OUTPUT_BYTES + f"\n[... and {100_001 - KEPT_OUTPUT_BYTES:,} more bytes]"

    @pytest.mark.parametrize("line", ["while True: print('y' * 1000)", "while True: os.write(2, b'y' * 4096)"])
    def test_flood_is_stopped(self, bench: Callable[..., Bench], line: str) -> None:
        attempt = bench(body(line)).check()
        assert (attempt.outcome, attempt.message) == (Outcome.CRASHED, "f printed more than 16 MiB and was stopped")

    @pytest.mark.parametrize(
        "lines",
        [
            ("sys.stdout.close()", "sys.stderr.close()"),
            ("sys.stdout = sys.stderr = None",),
            ("os.close(1)", "os.close(2)"),
            ("sys.stdout.write = lambda text: 1 / 0",),
        ],
        ids=["closed", "replaced", "closed below", "broken"],
    )
    def test_a_solution_may_do_without_its_streams(self, bench: Callable[..., Bench], lines: tuple[str, ...]) -> None:
        judged = bench(body(*lines) + HARMLESS)
        solution = judged.begin()
        solution.f()
        assert solution.g(1) == 2

    def test_closed_streams_do_not_keep_the_judge_busy(
        self, bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A pipe whose other end is closed can be read from at once, for ever: to wait for it would be an endless loop."""
        solution = bench(body("os.close(1)", "os.close(2)") + "def h(): time.sleep(0.3)\n").begin()
        solution.f()
        waits = []

        def counted(*ends: Any) -> Any:
            waits.append(ends)
            return select.select(*ends)

        monkeypatch.setattr("harness.sandbox.client.select", types.SimpleNamespace(select=counted))
        solution.h()
        assert len(waits) < 10

    def test_bytes_that_are_no_text_are_shown_as_such(self, bench: Callable[..., Bench]) -> None:
        judged = bench(body("os.write(1, b'\\xff\\xfe')"))
        judged.check()
        assert judged.client.output == "\ufffd\ufffd"

    def test_standard_input_is_empty(self, bench: Callable[..., Bench]) -> None:
        assert bench(body("return sys.stdin.read()")).begin().f() == ""

    @pytest.mark.parametrize(
        ("code", "line"),
        [("input()", 3), ("breakpoint()", 4), ("import pdb; pdb.set_trace()", 4), ("pdb.Pdb().set_trace()", 4)],
    )
    def test_a_solution_that_waits_for_the_keyboard_is_told_of_debug(
        self, bench: Callable[..., Bench], code: str, line: int
    ) -> None:
        attempt = bench("import pdb; " + body(code, "return 1")).check()
        assert attempt.outcome is Outcome.ERROR
        assert attempt.message == (
            f"f waits for the keyboard at answer.py:{line}, and there is none during a check: "
            "take breakpoint() and input() out, or use `kata debug` to step through a failing check"
        )

    def test_an_end_of_file_that_the_solution_raises_itself_is_shown_as_it_is(self, bench: Callable[..., Bench]) -> None:
        assert bench(body("raise EOFError('no')")).check().message.startswith("f raised EOFError at answer.py:3: no")

    def test_what_a_check_printed_is_known_apart(self, bench: Callable[..., Bench]) -> None:
        judged = bench("print('at import')\ndef f(x): print('x is', x)\n")
        attempts = [judged.check(partial(call_f, x)) for x in range(3)]
        assert [attempt.output for attempt in attempts] == ["x is 0\n", "x is 1\n", "x is 2\n"]
        assert judged.client.output == "at import\nx is 0\nx is 1\nx is 2\n"

    def test_a_check_that_prints_much_leaves_room_for_the_next(self, bench: Callable[..., Bench]) -> None:
        judged = bench("def f(x): print('x' * 10**5 if x else 'short')\n")
        long, short = (judged.check(partial(call_f, x)) for x in (1, 0))
        kept = KEPT_CHECK_OUTPUT_BYTES
        assert judged.client.output.startswith("x" * KEPT_OUTPUT_BYTES)
        assert long.output == "x" * kept + f"\n[... and {100_001 - kept:,} more bytes]"
        assert short.output == "short\n"


LOADER = """
import numpy as np
class Loader:
    def __init__(self, x): self.x = x
    def __len__(self): return len(self.x)
    def __iter__(self):
        for row in self.x:
            yield row, int(row[0])
class Broken:
    def __len__(self): return "three"
    def __iter__(self): raise ValueError("no iterator")
    def gen(self):
        yield 1
        raise KeyError("second")
    def spoil(self, x):
        yield 1
        x += 1
        yield 2
"""


class TestIteration:
    def test_length_and_elements(self, bench: Callable[..., Bench]) -> None:
        loader = bench(LOADER).begin().Loader(np.arange(6.0).reshape(3, 2))
        assert len(loader) == 3
        assert [(row.tolist(), first) for row, first in loader] == [([0.0, 1.0], 0), ([2.0, 3.0], 2), ([4.0, 5.0], 4)]

    def test_two_iterators_at_once_are_independent(self, bench: Callable[..., Bench]) -> None:
        loader = bench(LOADER).begin().Loader(np.arange(6.0).reshape(3, 2))
        one, two = iter(loader), iter(loader)
        assert [next(one)[1], next(one)[1], next(two)[1], next(one)[1], next(two)[1]] == [0, 2, 0, 4, 2]
        with pytest.raises(StopIteration):
            next(one)
        assert next(two)[1] == 4

    def test_generators_are_lazy(self, bench: Callable[..., Bench]) -> None:
        source = "made = []\ndef f():\n    for n in range(9):\n        made.append(n)\n        yield n\n"
        solution = bench(source + "def g(): return made\n").begin()
        numbers = solution.f()
        assert [next(numbers), next(numbers)] == [0, 1]
        assert solution.g() == [0, 1]

    def test_what_goes_wrong_on_the_way_is_told(self, bench: Callable[..., Bench]) -> None:
        broken = bench(LOADER).begin().Broken()
        with pytest.raises(SolutionRaised, match=r"len\(Broken\) raised TypeError"):
            len(broken)
        with pytest.raises(SolutionRaised, match=r"iter\(Broken\) raised ValueError at answer\.py:11: no iterator"):
            iter(broken)
        numbers = broken.gen()
        assert next(numbers) == 1
        with pytest.raises(SolutionRaised, match=r"next\(generator\) raised KeyError at answer\.py:14"):
            next(numbers)

    def test_endless_iteration_runs_into_the_deadline(self, bench: Callable[..., Bench]) -> None:
        source = "def f():\n    yield 1\n    while True: pass\n"
        attempt = bench(source, call_timeout=HANG_SECONDS).check(lambda solution: list(solution.f()))
        assert attempt.outcome is Outcome.TIMEOUT
        assert attempt.message == f"next(generator) did not return within {HANG_SECONDS:g} s (it was at answer.py:3, in f)"

    def test_array_changed_by_a_generator_is_noticed(self, bench: Callable[..., Bench]) -> None:
        solution = bench(LOADER).begin()
        assert list(solution.Broken().spoil(np.zeros(2))) == [1, 2]
        assert solution._transcript.changes == [("next(generator)", "an array that an earlier call had been given")]

    def test_what_the_solution_defines_can_be_handed_to_it(self, bench: Callable[..., Bench]) -> None:
        source = "class A:\n    def __init__(self, n): self.n = n\n    def twice(self): return 2 * self.n\n"
        solution = bench(source + "def f(kind, call): return kind(5).n, call()\n").begin()
        assert solution.f(solution.A, solution.A(4).twice) == (5, 8)


class TestTranscript:
    def test_each_exchange_is_written_down(self, bench: Callable[..., Bench]) -> None:
        source = (
            "class Linear:\n    def __init__(self, n, rng=None): self.n = n\n    def forward(self, x): return x @ self.w\n"
        )
        solution = bench(source).begin()
        layer = solution.Linear(3, rng=5)
        layer.w = np.ones((2, 2))
        x = np.ones((4, 2))
        layer.forward(x)
        x[...] = 9
        with pytest.raises(SolutionRaised):
            layer.forward(x.T)
        made, assigned, looked_up, called, failed = solution._transcript.exchanges
        assert (made.call, made.request) == ("Linear", messages.Construct("Linear", (3,), {"rng": 5}))
        number = made.value.id
        assert (assigned.call, type(assigned.request), assigned.target) == ("Linear.w", messages.Set, number)
        assert (looked_up.call, looked_up.value.callable, looked_up.is_answer) == ("Linear.forward", True, False)
        assert (called.call, called.target, called.shapes) == ("Linear.forward", number, ((4, 2),))
        assert called.args[0].tolist() == np.ones((4, 2)).tolist()  # as it was then
        assert called.value.tolist() == [[2.0, 2.0]] * 4
        assert failed.error is not None
        assert (failed.error.type, failed.error.function, failed.shapes) == ("ValueError", "forward", ((2, 4),))
        assert [call for call, _ in solution._transcript.values] == ["Linear", "Linear.forward", "Linear.forward"]
        assert solution._transcript.values[-1][1] == "raised ValueError"

    def test_more_than_64_mib_are_not_kept(self, bench: Callable[..., Bench]) -> None:
        solution = bench("def f(x): return x\n").begin()
        x = np.zeros(2**20)
        kept = []
        for _ in range(6):
            solution.f(x)
            kept.append((solution._transcript.complete, len(solution._transcript.exchanges)))
        assert kept == [(True, 1), (True, 2), (True, 3), (True, 4), (False, 0), (False, 0)]

    def test_all_checks_together_keep_no_more_than_256_mib(self, bench: Callable[..., Bench]) -> None:
        judged = bench("def f(x): return x\n")

        def drive(solution: Any, rng: np.random.Generator) -> None:
            for _ in range(4):
                solution.f(np.zeros(2**20))
            raise AssertionError

        plugin = CheckPlugin(judged.client, "answer.py", 0)
        plugin.run([Check(f"T::{i}", "any", "title", drive) for i in range(6)])
        assert [attempt.transcript.complete for attempt in plugin.attempts.values()] == [True] * 4 + [False] * 2
        assert sum(attempt.transcript.size for attempt in plugin.attempts.values()) == 256 * 2**20


class TestErrors:
    @pytest.mark.parametrize(
        ("source", "kind", "stage"),
        [
            ("1 / 0", SolutionRaised, Stage.IMPORT),
            ("import os\nos._exit(0)", WorkerCrashed, Stage.IMPORT),
            ("while True: pass", CallTimeout, Stage.IMPORT),
            ("class A:\n    def __init__(self): 1 / 0", SolutionRaised, Stage.CONSTRUCT),
            ("class A:\n    def __init__(self): raise NotImplementedError", SolutionRaised, Stage.CONSTRUCT),
            ("class B: pass", SolutionMissing, Stage.CALL),
            ("class A:\n    def f(self): 1 / 0", SolutionRaised, Stage.CALL),
            ("class A:\n    def f(self): return [0] * 10**6", Refused, Stage.CALL),
        ],
    )
    def test_who_handles_one_need_not_read_it(
        self, bench: Callable[..., Bench], source: str, kind: type[SandboxError], stage: Stage
    ) -> None:
        attempt = bench(source, call_timeout=HANG_SECONDS).check(lambda solution: solution.A().f())
        assert isinstance(attempt.error, kind)
        assert attempt.error.stage is stage
        if isinstance(attempt.error, SolutionRaised):
            assert attempt.error.not_written == ("NotImplemented" in source)
        if isinstance(attempt.error, SolutionMissing):
            assert attempt.error.name == "A"

    def test_check_that_calls_the_solution_from_its_own_callback_is_our_fault(self, bench: Callable[..., Bench]) -> None:
        judged = bench("def f(function): return function()\ndef g(): return 1\n")
        with pytest.raises(JudgeFailure, match="while the solution was calling a function of the test"):
            judged.check(lambda solution: solution.f(lambda: solution.g()))


class TestCallbacks:
    def test_function_of_the_check_may_answer_with_what_is_kept_over_there(self, bench: Callable[..., Bench]) -> None:
        solution = bench("def f(function):\n    array = function()['a']\n    array *= 2\n").begin()
        array = put(solution, np.array([1.0, 3.0]))
        solution.f(lambda: {"a": array})
        assert fetch(array).tolist() == [2.0, 6.0]


class TestLimits:
    def test_limits_are_in_force(self, bench: Callable[..., Bench]) -> None:
        names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
        source = f"import resource\ndef f(): return [list(resource.getrlimit(getattr(resource, n))) for n in {names}]\n"
        assert bench(source).begin().f() == [[4 * 2**30] * 2, [120] * 2, [64 * 2**20] * 2, [0] * 2]

    def test_too_much_memory_is_an_error_in_the_learners_line(self, bench: Callable[..., Bench]) -> None:
        attempt = bench(body("return np.ones(5 * 2**30 // 8)")).check()
        assert attempt.outcome is Outcome.ERROR
        assert "answer.py:3" in attempt.message

    def test_a_file_too_large_is_an_error_in_the_learners_line(self, bench: Callable[..., Bench], tmp_path: Path) -> None:
        path = tmp_path / "large"
        attempt = bench(body(f"open({str(path)!r}, 'wb').write(bytes(65 * 2**20))")).check()
        assert attempt.outcome is Outcome.ERROR
        assert "File too large" in attempt.message
        assert path.stat().st_size <= 64 * 2**20

    def test_one_blas_thread(self, bench: Callable[..., Bench]) -> None:
        source = body("a = np.ones((500, 500))", "a @ a", "return len(os.listdir('/proc/self/task'))")
        assert bench(source).begin().f() == 1

    def test_cpu_time_is_limited_by_the_kernel(self, bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
        def spawn_briefly(sandbox: str) -> Spawned:
            return spawn(sandbox, cpu_seconds=1)

        monkeypatch.setattr("harness.sandbox.client.spawn", spawn_briefly)
        attempt = bench(body("while True: pass"), fresh=True, call_timeout=20.0).check()
        assert attempt.message == "f was ended by SIGKILL (killed)"


class TestResults:
    @pytest.mark.parametrize(
        ("expression", "message"),
        [
            (
                "np.zeros(3 * 2**30 // 8)",
                "f returned an array of shape (402653184,) and 3.00 GiB; at most 64 MiB are accepted",
            ),
            ("np.broadcast_to(1.0, (10**12,))", "f returned an array of shape (1000000000000,) and 7450.58 GiB; at most 64"),
            ("[np.zeros(2**20) for _ in range(9)]", "f returned many large values; at most 64 MiB are accepted"),
            ("'x' * 10**8", "f returned a text of 100,000,000 characters; at most 64 MiB are accepted"),
            ("'x' * 10**7", "f returned 10,000,"),
            ("list(range(10**6))", "f returned more than 200,000 separate values; large results belong in arrays"),
            ("np.array([None, 1])", "f returned an array of dtype object; only arrays of numbers or booleans are accepted"),
            ("np.array(['a'])", "f returned an array of dtype <U1; only arrays of numbers or booleans are accepted"),
            ("{(1, 2): 3}", "f returned a dict with a key of type tuple"),
            ("{np.float64(1): 3}", "f returned a dict with a key of type float64"),
            ("1 << 5000", "f returned an integer of more than 4096 bits"),
        ],
    )
    def test_what_cannot_be_taken_is_refused_with_a_reason(
        self, bench: Callable[..., Bench], expression: str, message: str
    ) -> None:
        judged = bench(body(f"return {expression}") + HARMLESS)
        attempt = judged.check()
        assert attempt.outcome is Outcome.FAILED
        assert attempt.message.startswith(message)
        assert judged.check(lambda solution: solution.g(1)).outcome is Outcome.PASSED

    @pytest.mark.parametrize("container", ["list", "dict"])
    def test_endless_nesting_is_refused(self, bench: Callable[..., Bench], container: str) -> None:
        lines = ["loop = []", "loop.append(loop)"] if container == "list" else ["loop = {}", "loop['a'] = loop"]
        with pytest.raises(Refused, match="nested more than 12 deep"):
            bench(body(*lines, "return loop")).begin().f()

    def test_exponential_nesting_is_refused_at_once(self, bench: Callable[..., Bench]) -> None:
        solution = bench(body("wide = [1] * 10", "for _ in range(10): wide = [wide] * 10", "return wide")).begin()
        with pytest.raises(Refused, match="separate values"):
            solution.f()

    def test_deepest_result_can_be_handed_back(self, bench: Callable[..., Bench]) -> None:
        """A check may pass a result on as an argument; what was accepted one way must be sendable the other way."""
        solution = bench(body("return args[0] if args else " + "[" * 13 + "]" * 13)).begin()
        deep = solution.f()
        assert solution.f(deep) == deep
        with pytest.raises(Refused, match="nested more than"):
            solution.f([deep])

    @pytest.mark.parametrize(
        "expression",
        ["(i for i in range(3))", "{1, 2}", "object()", "np.random.default_rng(0)", "__import__('os')"],
    )
    def test_what_is_no_data_stays_with_the_solution(self, bench: Callable[..., Bench], expression: str) -> None:
        got = bench(body(f"return {expression}")).begin().f()
        assert isinstance(got, RemoteObject)

    def test_nothing_is_ever_unpickled(self, bench: Callable[..., Bench], tmp_path: Path) -> None:
        witness = tmp_path / "executed"
        lines = [
            "class Bomb:",
            f"    def __reduce__(self): return os.mkdir, ({str(witness)!r},)",
            "    def __array__(self, *args, **kwargs): return np.array([Bomb()], dtype=object)",
            "return [Bomb(), Bomb]",
        ]
        bomb, _ = bench(body(*lines)).begin().f()
        assert isinstance(bomb, RemoteObject)
        assert not witness.exists()

    def test_lying_subclass_is_compared_by_its_numbers(self, bench: Callable[..., Bench]) -> None:
        lies = "class Sly(np.ndarray):\n"
        for method in (
            "__eq__",
            "__ne__",
            "__sub__",
            "__array_ufunc__",
            "__array_function__",
            "tobytes",
            "copy",
            "view",
            "__reduce__",
        ):
            lies += f"    def {method}(self, *args, **kwargs): return True\n"
        lies += "    shape = dtype = nbytes = property(lambda self: 7)\n"
        got = bench("import numpy as np\n" + lies + "def f(): return np.arange(3.0).view(Sly)\n").begin().f()
        assert type(got) is np.ndarray
        np.testing.assert_array_equal(got, [0.0, 1.0, 2.0])

    def test_lying_array_protocol_is_an_object_and_no_array(self, bench: Callable[..., Bench]) -> None:
        lies = "    def __array__(self, *a, **k): return np.ones(3)\n    def __eq__(self, other): return True\n"
        attempt = bench("import numpy as np\nclass Liar:\n" + lies + "def f(x): return Liar()\n").check(
            lambda s: assert_close(s.f(np.zeros(3)), np.ones(3), "f(x)")
        )
        assert attempt.message == "f(x) is an object of type Liar, expected an array of shape (3,)"

    def test_type_with_a_lying_name(self, bench: Callable[..., Bench]) -> None:
        source = "class Meta(type):\n    __name__ = property(lambda cls: 1 / 0)\nclass Thing(metaclass=Meta): pass\n"
        got = bench(source + "def f(): return Thing()\n").begin().f()
        assert repr(got) == "an object of type Thing"


class TestChangedInputs:
    @pytest.mark.parametrize(
        ("line", "name"),
        [
            ("x += 1", "x"),
            ("x[0, 0] = 9", "x"),
            ("x.sort(axis=0)", "x"),
            ("d_out *= 2", "d_out"),
            ("x.shape = (4, 3)", "x"),
            ("x.dtype = np.int64", "x"),
            ("params[1][...] = 0", "params[1]"),
            ("state['v'][0] = 3", "state['v']"),
            ("rest[0][...] = 0", "rest"),
        ],
    )
    def test_changed_array_is_named_as_the_learner_calls_it(self, bench: Callable[..., Bench], line: str, name: str) -> None:
        source = f"import numpy as np\ndef f(x, params, d_out, *rest, state):\n    {line}\n"
        x = np.arange(12.0).reshape(3, 4)[::-1].copy()
        arguments = (x, [np.ones(2), np.ones(3)], np.ones(3), np.ones(2))
        solution = bench(source).begin()
        solution.f(*arguments, state={"v": np.zeros(2)})
        assert solution._transcript.changes == [("f", name)]

    def test_call_that_changes_its_input_gives_its_value_all_the_same(self, bench: Callable[..., Bench]) -> None:
        solution = bench("def f(x, y):\n    x -= x.max()\n    y[0] = 7\n    return x.sum()\n").begin()
        assert solution.f(np.array([1.0, 3.0]), np.zeros(1)) == -2
        assert solution._transcript.changes == [("f", "x"), ("f", "y")]

    def test_changed_input_fails_the_check_that_watches_inputs(self, bench: Callable[..., Bench]) -> None:
        attempt = bench("def f(x): x += 1\n").check(watches_inputs=True)
        assert (attempt.outcome, attempt.cause) == (Outcome.FAILED, Cause.CHANGED_INPUT)
        assert attempt.message == "f changed x, which belongs to the caller: work on a copy"

    def test_changed_input_passes_a_check_of_something_else(self, bench: Callable[..., Bench]) -> None:
        attempt = bench("def f(x): x += 1\n").check()
        assert (attempt.outcome, attempt.transcript.changes) == (Outcome.PASSED, [("f", "x")])

    def test_change_that_is_undone_is_no_change(self, bench: Callable[..., Bench]) -> None:
        assert bench("def f(x):\n    x += 1\n    x -= 1\n    return x\n").begin().f(np.ones(3)).sum() == 3

    def test_array_kept_and_changed_by_a_later_call_is_noticed(self, bench: Callable[..., Bench]) -> None:
        solution = bench("kept = []\ndef f(x): kept.append(x)\ndef g(): kept[0][...] = 0\n").begin()
        solution.f(np.ones(3))
        solution.g()
        assert solution._transcript.changes == [("g", "an array that an earlier call had been given")]

    def test_change_is_reported_once(self, bench: Callable[..., Bench]) -> None:
        solution = bench("def f(x): x += 1\ndef g(): return 1\n").begin()
        solution.f(np.ones(3))
        assert solution.g() == 1
        assert solution._transcript.changes == [("f", "x")]

    def test_read_only_array_cannot_be_changed(self, bench: Callable[..., Bench]) -> None:
        x = np.ones(3)
        x.flags.writeable = False
        with pytest.raises(SolutionRaised, match="read-only"):
            bench("def f(x): x += 1\n").begin().f(x)

    def test_values_put_beside_the_solution_may_be_changed(self, bench: Callable[..., Bench]) -> None:
        solution = bench("def f(params):\n    for p in params: p += 1\n").begin()
        params = put(solution, [np.zeros(2), np.ones(1)])
        solution.f(params)
        assert [p.tolist() for p in fetch(params)] == [[1.0, 1.0], [2.0]]


class TestExceptions:
    def test_line_of_the_learners_file_and_no_frame_of_ours(self, bench: Callable[..., Bench]) -> None:
        attempt = bench("import numpy as np\ndef f(x):\n    return g(x)\ndef g(x):\n    return np.linalg.inv(x)\n").check()
        assert attempt.outcome is Outcome.ERROR
        assert attempt.message.startswith("f raised LinAlgError at answer.py:5: ")
        assert attempt.message.endswith("\n    return np.linalg.inv(x)")
        assert "Traceback" not in attempt.message
        assert "File" not in attempt.message

    @pytest.mark.parametrize(
        ("definition", "message"),
        [
            ("def __str__(self): raise ValueError", "f raised Odd at answer.py:5: (its text could not be read: ValueError)"),
            ("def __str__(self): raise SystemExit", "f raised Odd at answer.py:5: (its text could not be read: SystemExit)"),
            ("def __str__(self): return 5", "f raised Odd at answer.py:5: (its text could not be read: TypeError)"),
            ("def __str__(self): return 'x' * 10**7", "f raised Odd at answer.py:5: " + "x" * 2000),
            ("def __str__(self): return 'a\\ud800b'", "f raised Odd at answer.py:5: a\\ud800b"),
            ("def __str__(self): return '\\x1b[2J\\r\\x00'", "f raised Odd at answer.py:5: \\x1b[2J\\r\\x00"),
            ("def __str__(self): return Text('text')", "f raised Odd at answer.py:5: text"),
            ("__traceback__ = property(lambda self: 1 / 0)", "f raised Odd at answer.py:5"),
            ("__class__ = property(lambda self: SystemExit)", "f raised Odd at answer.py:5"),
        ],
    )
    def test_odd_exception_is_told_like_any_other(self, bench: Callable[..., Bench], definition: str, message: str) -> None:
        text = "class Text(str):\n    def __getitem__(self, i): return 1 / 0\n"
        attempt = bench(f"{text}class Odd(Exception):\n    {definition}\ndef f(x): raise Odd\n").check()
        assert attempt.outcome is Outcome.ERROR
        assert attempt.message == f"{message}\n    def f(x): raise Odd"

    @pytest.mark.parametrize(
        "fields", ["5", "'m', ('answer.py', 'a', 'b', 'c')", "'m', (__file__, 9, 9, 7)", "'m', (__file__, [], 9, '')"]
    )
    def test_forged_syntax_error_does_not_hurt(self, bench: Callable[..., Bench], fields: str) -> None:
        attempt = bench(f"def f(x): raise SyntaxError({fields})\n").check()
        assert attempt.outcome in (Outcome.ERROR, Outcome.CRASHED)

    def test_name_of_a_type_does_not_make_it_a_value_error(self, bench: Callable[..., Bench]) -> None:
        with pytest.raises(SolutionRaised) as caught:
            bench("class ValueError(Exception): pass\ndef f(): raise ValueError('x')\n").begin().f()
        assert caught.value.error.is_a("Exception")
        assert not caught.value.error.is_a("ValueError")

    def test_own_subclass_of_value_error_is_one(self, bench: Callable[..., Bench]) -> None:
        with pytest.raises(SolutionRaised) as caught:
            bench("class BadShape(ValueError): pass\ndef f(): raise BadShape('x')\n").begin().f()
        assert caught.value.error.is_a("ValueError")

    def test_type_with_an_endless_name(self, bench: Callable[..., Bench]) -> None:
        attempt = bench("Odd = type('A' * 10**7, (Exception,), {})\ndef f(x): raise Odd\n").check()
        assert attempt.outcome is Outcome.ERROR
        assert len(attempt.message) < 1000

    def test_endless_recursion_is_an_error(self, bench: Callable[..., Bench]) -> None:
        attempt = bench("def f(x): return f(x)\n").check()
        assert attempt.outcome is Outcome.ERROR
        assert attempt.message.startswith("f raised RecursionError at answer.py:1: maximum recursion depth exceeded")


class TestAttacks:
    """Attempts to hang, crash or mislead the judge from inside."""

    def survives(self, judged: Bench) -> None:
        assert judged.check(lambda solution: solution.g(1)).outcome is Outcome.PASSED

    def test_garbage_on_every_descriptor(self, bench: Callable[..., Bench]) -> None:
        lines = ["for d in range(3, 256):", "    try: os.write(d, b'garbage ' * 8)", "    except OSError: pass"]
        judged = bench(body(*lines) + HARMLESS)
        attempt = judged.check()
        assert attempt.outcome is Outcome.CRASHED
        assert attempt.message.startswith("f broke the connection to the judge: it sent a frame of")
        self.survives(judged)

    def test_flood_on_every_descriptor(self, bench: Callable[..., Bench]) -> None:
        lines = [
            "while True:",
            "    for d in range(3, 256):",
            "        try: os.write(d, b'\\0' * 1000)",
            "        except OSError: pass",
        ]
        judged = bench(body(*lines) + HARMLESS, call_timeout=1.0)
        attempt = judged.check()
        assert attempt.outcome in (Outcome.CRASHED, Outcome.TIMEOUT)
        self.survives(judged)

    def test_half_a_frame_and_then_silence(self, bench: Callable[..., Bench]) -> None:
        lines = [
            "for d in range(3, 256):",
            "    try: os.write(d, b'\\0\\0\\1\\0')",
            "    except OSError: pass",
            "time.sleep(60)",
        ]
        judged = bench(body(*lines) + HARMLESS, call_timeout=HANG_SECONDS)
        assert judged.check().outcome is Outcome.TIMEOUT
        self.survives(judged)

    @pytest.mark.parametrize(
        "reply",
        [
            "'RemoteException', 'E'",
            "'RemoteException', 'E', 5, '', None, '', ''",
            f"'Result', ['array', '|O', [1], 'C', 8], {PLAIN}",
            f"'Result', ['scalar', ['array', '<f8', [0], 'C', 0]], {PLAIN}",
            f"'Result', ['generator', ['dict', []]], {PLAIN}",
            f"'Result', ['dict', [['a', 1], ['a', 2]]], {PLAIN}",
            "'Result', 1, float('nan'), ['tuple', []], ['tuple', []], False, 0.0",
            "'Result', None, 0.0, ['tuple', []], ['tuple', []], True, 0.0",
            "'CallJudge', 'one', ['tuple', []], ['dict', []]",
            "'Nothing'",
        ],
    )
    def test_forged_reply_breaks_the_connection(self, bench: Callable[..., Bench], reply: str) -> None:
        judged = bench(FORGERY + f"def f(x):\n    forge({FIRST_CALL}, {reply})\n" + HARMLESS)
        attempt = judged.check()
        assert attempt.outcome is Outcome.CRASHED
        assert attempt.message.startswith("f broke the connection to the judge: it sent ")
        self.survives(judged)

    def test_reply_sent_ahead_is_not_taken_for_the_next_calls(self, bench: Callable[..., Bench]) -> None:
        judged = bench(
            FORGERY + f"def f(x):\n    forge({FIRST_CALL}, 'Result', 'forged', {PLAIN})\n    return 'honest'\n" + HARMLESS
        )

        def drive(solution: Any) -> None:
            assert solution.f(np.zeros(3)) == "forged"
            solution.g(1)

        attempt = judged.check(drive)
        assert attempt.outcome is Outcome.CRASHED
        assert attempt.message == "g broke the connection to the judge: it sent a reply that nobody had asked for"
        self.survives(judged)

    def test_worker_that_has_stopped_reading_does_not_hang_the_judge(self, bench: Callable[..., Bench]) -> None:
        source = FORGERY + f"def f(x):\n    forge({FIRST_CALL}, 'Result', None, {PLAIN})\n    while True: pass\n"
        judged = bench(source + HARMLESS, call_timeout=HANG_SECONDS)

        def drive(solution: Any) -> None:
            solution.f(np.zeros(3))
            solution.g(np.zeros(10**6))  # more than the pipe holds

        attempt = judged.check(drive)
        assert attempt.outcome is Outcome.TIMEOUT
        assert attempt.seconds < 5
        self.survives(judged)

    def test_endless_forged_calls_of_the_judge_are_ended(self, bench: Callable[..., Bench]) -> None:
        loop = f"    while True: forge({FIRST_CALL}, 'CallJudge', 1, ['tuple', []], ['dict', []])\n"
        judged = bench(FORGERY + "def f(x):\n" + loop + HARMLESS, call_timeout=HANG_SECONDS)
        attempt = judged.check()
        assert attempt.outcome is Outcome.TIMEOUT
        assert attempt.seconds < 5
        self.survives(judged)

    def test_forked_child_that_returns_is_not_heard(self, bench: Callable[..., Bench]) -> None:
        judged = bench(body("return os.fork() and 'parent'") + HARMLESS)
        solution = judged.begin()
        assert solution.f() == "parent"
        assert solution.g(1) == 2
        self.survives(judged)

    @pytest.mark.parametrize(
        "lines",
        [
            ("sys.settrace(lambda *a: (_ for _ in ()).throw(SystemExit))",),
            ("sys.setprofile(lambda *a: None)",),
            ("import warnings; warnings.simplefilter('error'); warnings.filterwarnings = None",),
            ("np.seterr(all='raise')",),
            ("import threading; threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()",),
            ("import gc; gc.disable()",),
            ("sys.meta_path.clear(); sys.path.clear()",),
            ("sys.setrecursionlimit(10**6)",),
            ("signal.signal(signal.SIGTERM, signal.SIG_IGN)",),
            ("import builtins; builtins.isinstance = builtins.len = builtins.print = None",),
            ("np.ndarray = np.generic = np.asarray = np.frombuffer = np.random.seed = None",),
            ("import json; json.dumps = json.loads = None",),
            ("import time; time.perf_counter = lambda: float('nan')",),
        ],
        ids=lambda lines: lines[0].split("=")[0][:40],
    )
    def test_changing_the_interpreter_gains_nothing(self, bench: Callable[..., Bench], lines: tuple[str, ...]) -> None:
        """Whatever stops working over there is the solution's loss; the judge goes on, and a wrong answer stays wrong."""
        judged = bench(body(*lines, "return np.ones(3)") + HARMLESS, call_timeout=2.0)
        attempts = [judged.check(lambda s: assert_close(s.f(np.zeros(3)), np.zeros(3), "f(x)")) for _ in range(2)]
        for attempt in attempts:
            assert attempt.outcome in (Outcome.FAILED, Outcome.ERROR, Outcome.CRASHED, Outcome.TIMEOUT)

    def test_stopped_clock_does_not_make_a_solution_fast(self, bench: Callable[..., Bench]) -> None:
        judged = bench("import time\ntime.perf_counter = lambda: 0.0\ndef f(): time.sleep(0.05)\n")
        solution = judged.begin()
        solution.f()
        assert 0.05 <= solution._transcript.seconds < 1

    def test_claimed_seconds_are_at_most_those_that_passed(self, bench: Callable[..., Bench]) -> None:
        judged = bench(
            FORGERY + f"def f(): forge({FIRST_CALL}, 'Result', None, 1e300, ['tuple', []], ['tuple', []], False, 0.0)\n"
        )
        solution = judged.begin()
        solution.f()
        assert solution._transcript.seconds < 5

    def test_function_of_the_check_answers_nonsense_with_an_error(self, bench: Callable[..., Bench]) -> None:
        source = "def f(function):\n    try: function(object(), odd=[1])\n    except TypeError as error: return str(error)\n"
        assert "unexpected keyword argument" in bench(source).begin().f(lambda x: x)

    def test_objects_of_the_last_check_are_forgotten(self, bench: Callable[..., Bench]) -> None:
        judged = bench("class Layer:\n    size = 3\n")
        layer = judged.begin().Layer()
        assert layer.size == 3
        judged.begin()
        with pytest.raises(SolutionRaised, match="KeyError"):
            _ = layer.size

    def test_global_numpy_state_is_seeded_by_the_run(self, bench: Callable[..., Bench]) -> None:
        judged = bench("import numpy as np\ndef f(): return np.random.normal()\n")
        assert judged.begin().f() == judged.begin().f()


# A solution that is in an endless loop, has children in another where it may fork, one of them far away from it, and shows
# all of them in the list of processes.
ENDLESS = """
import ctypes, os
def show_as(name):
    ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
class ReLU:
    def forward(self, x):
        show_as(b"kata-test-main")
        try:
            if os.fork() == 0:
                show_as(b"kata-test-child")
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        show_as(b"kata-test-far")
        except PermissionError:
            pass
        {before}
        while True:
            {loop}
"""


def processes(mark: str) -> dict[int, str]:
    """Living processes whose environment holds `mark`, with their names."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
                if rest.split()[0] != "Z":
                    found[int(folder.name)] = name
        except OSError:  # gone in the meantime
            continue
    return found


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Poll until the condition holds."""
    give_up = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up, f"never: {what}"
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to look for processes")
class TestNoWorkerIsLeft:
    @pytest.fixture
    def command(self, tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
        started: list[tuple[subprocess.Popen[str], str]] = []

        def start(source: str, *arguments: str) -> tuple[subprocess.Popen[str], str]:
            (tmp_path / "relu.py").write_text(source)
            mark = f"KATA_TEST_MARK={uuid.uuid4()}"
            name, _, value = mark.partition("=")
            process = subprocess.Popen(
                [KATA, "check", "relu", *arguments],
                cwd=tmp_path,
                env={**os.environ, name: value},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            started.append((process, mark))
            return process, mark

        yield start
        for process, mark in started:
            for left in processes(mark):
                os.kill(left, signal.SIGKILL)
            process.communicate()

    def running(self, mark: str, sandbox: str = "none") -> bool:
        expected = {"kata-test-main"} if sandbox != "none" else {"kata-test-main", "kata-test-child", "kata-test-far"}
        return expected <= set(processes(mark).values())

    @pytest.mark.parametrize("sandbox", SANDBOXES)
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
    def test_after_a_signal(self, command: Callable[..., Any], number: signal.Signals, sandbox: str) -> None:
        process, mark = command(ENDLESS.format(before="", loop="pass"), "--sandbox", sandbox, "--timeout", "100")
        wait_until(lambda: self.running(mark, sandbox), "the solution runs")
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        wait_until(lambda: not processes(mark), "all processes are gone")
        if number == signal.SIGINT:
            assert (process.returncode, errors.strip()) == (130, "kata: interrupted")
        else:
            assert process.returncode == -number

    def test_after_kill_9_when_the_solution_has_closed_every_descriptor(self, command: Callable[..., Any]) -> None:
        source = ENDLESS.replace("os.fork()", "1").format(before="os.closerange(3, 256)", loop="import time; time.sleep(1)")
        process, mark = command(source, "--sandbox", "none", "--timeout", "100")
        wait_until(lambda: "kata-test-main" in processes(mark).values(), "the solution runs")
        process.kill()
        wait_until(lambda: not processes(mark), "all processes are gone")

    @pytest.mark.parametrize("sandbox", SANDBOXES)
    def test_after_timeouts(self, command: Callable[..., Any], sandbox: str) -> None:
        process, mark = command(ENDLESS.format(before="", loop="pass"), "--sandbox", sandbox, "--timeout", "0.3")
        process.communicate(timeout=30)
        assert process.returncode == 1
        wait_until(lambda: not processes(mark), "all processes are gone")

    @pytest.mark.parametrize("sandbox", SANDBOXES)
    def test_child_of_a_solution_that_answered(self, command: Callable[..., Any], sandbox: str) -> None:
        lines = ["import os, time", "class ReLU:", "    def forward(self, x):", "        if os.fork() == 0: time.sleep(100)"]
        lines += ["        if os.fork() == 0:", "            os.setsid()", "            if os.fork() == 0: time.sleep(100)"]
        process, mark = command("\n".join(lines), "--sandbox", sandbox)
        process.communicate(timeout=30)
        assert process.returncode == 1
        wait_until(lambda: not processes(mark), "all processes are gone")

    def test_ctrl_c_with_progress_leaves_no_output_half_way(self, command: Callable[..., Any]) -> None:
        process, mark = command(ENDLESS.format(before="", loop="pass"), "--json", "--timeout", "100")
        wait_until(lambda: self.running(mark, "auto"), "the solution runs")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
        assert output == ""


class TestDeadlineOfAWorkerThatNeverBegins:
    def test_worker_that_dies_at_the_start_is_the_judges_failure(
        self, bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = tmp_path / "worker.py"
        broken.write_text("raise SystemExit('no numpy today')")
        monkeypatch.setattr("harness.sandbox.spawn.WORKER", broken)
        with pytest.raises(JudgeFailure, match=r"(?s)did not start.*no numpy today"):
            bench("def f(x): return x\n", fresh=True).check()


def test_timeout_exception_is_what_the_client_raises(bench: Callable[..., Bench]) -> None:
    solution = bench(body("time.sleep(60)"), call_timeout=HANG_SECONDS).begin()
    with pytest.raises(CallTimeout):
        solution.f()


PICKY = """
class Box:
    def __setattr__(self, name, value):
        if value.size > 2:
            raise ValueError("too large")
        super().__setattr__(name, value)

    def total(self):
        return float(self.content.sum())
"""


class TestPosted:
    """Assignments that the judge does not wait for."""

    @pytest.fixture(params=["worker", "here"])
    def run(self, request: pytest.FixtureRequest, bench: Callable[..., Bench]) -> Callable[..., Attempt]:
        """Runs a check against Box, in a worker and in this process."""
        if request.param == "worker":
            return bench(PICKY).check
        backend = LocalBackend(names_in(PICKY, "answer"))

        def check(drive: Callable[[Any], Any]) -> Attempt:
            def function(solution: Solution, rng: np.random.Generator) -> None:
                drive(solution)

            return run_check(Check("TestAny::test_any", "any", "title", function), backend, "answer.py", 0)

        return check

    @staticmethod
    def filled(solution: Any, *sizes: int) -> Any:
        box = solution.Box()
        for size in sizes:
            assign(box, ("content",), np.ones(size))
        return box

    def test_they_are_done_in_order_and_before_what_follows(self, run: Callable[..., Attempt]) -> None:
        seen = []
        attempt = run(lambda solution: seen.append(self.filled(solution, *[1] * 40, 2).total()))
        assert (attempt.error, seen) == (None, [2.0])

    def test_failure_comes_in_the_place_of_the_next_result(self, run: Callable[..., Attempt]) -> None:
        attempt = run(lambda solution: self.filled(solution, 2, 3, 1).total())
        assert attempt.message.startswith("Box.content raised ValueError")
        assert attempt.message.partition("\n")[0].endswith(": too large")
        assert attempt.transcript.values == [("Box", ANY), ("Box.content", "raised ValueError")]

    def test_failure_of_the_last_one_fails_the_check(self, run: Callable[..., Attempt]) -> None:
        assert run(lambda solution: self.filled(solution, 3)).message.startswith("Box.content raised ValueError")

    def test_failure_that_a_failing_check_left_is_not_the_next_ones(self, run: Callable[..., Attempt]) -> None:
        def fails(solution: Any) -> None:
            self.filled(solution, 3)
            raise CheckFailed("something else")

        assert run(fails).message == "something else"
        assert run(lambda solution: self.filled(solution, 1).total()).error is None


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are glibc's")
def test_memory_that_was_used_once_is_used_again(bench: Callable[..., Bench]) -> None:
    """Else one of two equal solutions may have to fault in every page of every large array anew, and look slow."""
    source = """
import resource
import numpy as np

def f(megabytes):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        [np.ones(megabytes << 17) for _ in range(4)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
"""
    solution = bench(source).begin()
    for megabytes in (1, 2, 8):
        solution.f(megabytes)
        assert solution.f(megabytes) < megabytes * 2**20 / resource.getpagesize()
