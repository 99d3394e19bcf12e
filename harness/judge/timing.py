"""How fast a solution is, beside the reference: the kata's workload in two workers, in turn.

Only the time inside the solution's own calls counts; the wire between the processes does not. Solution and reference
run one after the other in each round, and the ratio is taken round by round, so that a machine that slows down slows both.
"""

from __future__ import annotations

import ast
import importlib
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np

from harness.catalog import Kata
from harness.judge.replay import printable
from harness.judge.verdict import HotLine, Timing
from harness.sandbox import messages
from harness.sandbox.client import START_SECONDS, WorkerClient
from harness.sandbox.errors import JudgeFailure, Refused, SandboxError, SolutionRaised
from harness.sandbox.proxy import Solution
from harness.sandbox.transcript import Transcript

SLOW = 10.0
LINES_SECONDS = 1.0
LINES_GRACE_SECONDS = 1.0
MAX_CODE_CHARS = 200
SECONDS = 0.6
MAX_ROUNDS_A_SECOND = 200


class Stopwatch:
    """The kata's workload set up in one worker; `lap` runs it once and gives the seconds spent in the solution's code."""

    def __init__(self, kata: Kata, client: WorkerClient, seed: int) -> None:
        client.begin_check(seed)
        self._transcript = Transcript()
        module = importlib.import_module(f"katas.{kata.module}.workload")
        self._run: Callable[[], None] = module.workload(
            Solution(client, client.path.name, self._transcript), np.random.default_rng(seed)
        )

    def lap(self) -> float:
        """Seconds of one run."""
        self._transcript.seconds = 0.0
        self._transcript.exchanges.clear()
        try:
            self._run()
        except (SandboxError, JudgeFailure):
            raise
        except Exception as error:  # it answered the checks, and now answers something else
            sentence = f"the workload could not use what the solution returned ({type(error).__name__})"
            raise Refused(sentence, "the workload") from None
        return self._transcript.seconds


def measure(
    kata: Kata,
    solution: WorkerClient,
    seed: int = 0,
    seconds: float = SECONDS,
    on_round: Callable[[float], None] | None = None,
    rival: Path | None = None,
    limit: float | None = None,
) -> Timing:
    """Time the solution in `solution`'s worker against the reference in a worker of its own.

    Args:
        kata: whose workload is run.
        solution: a client; the caller keeps and ends it.
        seed: of the workload's data.
        seconds: how long to go on after a first round to warm up, workers' overhead included. A solution too slow for
            another round in that time is judged by the first.
        on_round: told after each round which share of the time has passed.
        rival: file to compare with, by default the reference.
        limit: seconds that all runs of the solution together may take before it is given up as too slow.

    Raises:
        SandboxError: a call of the workload failed, in either worker.
    """
    with ExitStack() as stack:
        reference = WorkerClient(rival or kata.reference_file, budget=solution.budget)
        stack.callback(reference.kill)
        theirs, ours = Stopwatch(kata, solution, seed), Stopwatch(kata, reference, seed)
        ours.lap()  # in case the first round is the only one: a slow solution shall not be compared with a cold reference
        if limit is not None:
            solution.allow(limit)
        warm = time.perf_counter()
        first = theirs.lap(), ours.lap()
        began = time.perf_counter()
        elapsed, longest = 0.0, began - warm
        laps: list[tuple[float, float]] = []
        while elapsed + longest <= seconds and len(laps) < MAX_ROUNDS_A_SECOND * seconds:
            if len(laps) % 2:
                their_lap, our_lap = theirs.lap(), ours.lap()
            else:
                our_lap, their_lap = ours.lap(), theirs.lap()
            laps.append((their_lap, our_lap))
            before, elapsed = elapsed, time.perf_counter() - began
            longest = max(longest, elapsed - before)
            if on_round:
                on_round(min(1.0, elapsed / seconds))
        times = np.array(laps or [first])
        low, ratio, high = np.percentile(times[:, 0] / times[:, 1], (25, 50, 75))
    solution_ms, reference_ms = 1000 * np.median(times, axis=0)
    return Timing(float(ratio), float(low), float(high), float(solution_ms), float(reference_ms), len(times))


def find_hot_line(kata: Kata, solution: WorkerClient, seed: int) -> HotLine | None:
    """Where the time of a solution goes that `measure` has found slow: the workload is run again, line by line.

    The worker is started again where it had to be ended. Returns None where no line could be measured.
    """
    try:
        solution.allow(START_SECONDS)
        stopwatch = Stopwatch(kata, solution, seed)
        solution.allow(LINES_SECONDS + LINES_GRACE_SECONDS)
        solution.request(messages.Measure(LINES_SECONDS), "the workload")
        whole = False
        with suppress(SolutionRaised):  # that is how it is interrupted
            stopwatch.lap()
            whole = True
        reply = solution.request(messages.Hottest(1), "the workload")
    except SandboxError:
        return None
    return hot_line(reply.value, solution.source, whole) if isinstance(reply, messages.Result) else None


def hot_line(hottest: object, source: str, whole: bool) -> HotLine | None:
    """The line that a worker names as the hottest; None where what it says makes no sense, as a solution may bring about."""
    lines = source.splitlines()
    match hottest:
        case [(int(line), float(share))] if 0 < line <= len(lines) and 0 <= share <= 1:
            code = printable(lines[line - 1].strip())[:MAX_CODE_CHARS]
            return HotLine(line, code, share, _loops_around(line, source), whole)
    return None


def _loops_around(line: int, source: str) -> int:
    """How many loops of Python's own a line is inside of."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # nested deeper than this process can read
        return 0
    loops = ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp
    return sum(
        node.lineno <= line <= (node.end_lineno or node.lineno) and not (isinstance(node, ast.For) and node.lineno == line)
        for node in ast.walk(tree)
        if isinstance(node, loops)
    )
