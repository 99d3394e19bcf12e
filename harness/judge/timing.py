"""How fast a solution is, compared with the reference: the kata's workload in two workers, in turn.

Only the time inside the solution's own calls counts; the wire between the processes does not. Solution and reference
run one after the other in each round, so that a machine that slows down slows both, and the fastest rounds of either are
compared, which nothing has interrupted.

The solution shares its process with the clock that measures it, so it is not simply believed. Every round has new objects
and new inputs, and what comes back is compared with what the reference returns: nothing can be remembered or left out. The
judge measures each round from outside, by its own clock and by the CPU time that the kernel counts for the worker. What
the reference needs around its calls is known; where the solution seems to need much more, it has worked while its clock did
not count, and the time measured from outside stands.
"""

from __future__ import annotations

import ast
import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.catalog import Kata
from harness.judge.comparison import Parts
from harness.judge.replay import escaped
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
UNDISTURBED = 0.1
ALIKE = 0.025
RESAMPLES = 400
AGREE_RTOL = 1e-6
RARE = 0.2
MEASURED_TWICE = "Measured twice, since less than a fifth of the reference's time is rare."
# How far the time seen from outside may lie above the solution's own clock: this many quartile distances of the wire's time,
# shares of that time by either clock, and a share of the solution's.
SPREAD_DOUBT = 3.0
CPU_DOUBT = 0.15
WALL_DOUBT = 1.0
TIME_DOUBT = 0.2


@dataclass(frozen=True)
class Lap:
    """One run of a workload.

    Attributes:
        inside, cpu_inside: seconds and CPU time inside the solution's calls, as the worker says.
        wall: seconds by the judge's clock, the wire included.
        cpu: CPU time of the worker, the wire included; nan where that cannot be read.
        answers: what came back, and whether that is all of it.
    """

    inside: float
    cpu_inside: float
    wall: float
    cpu: float
    answers: tuple[bool, list[Any]]


class Stopwatch:
    """The kata's workload in one worker: `set_up` makes objects and inputs, `lap` runs it once with them."""

    def __init__(self, kata: Kata, client: WorkerClient, seed: int) -> None:
        self._module = importlib.import_module(f"katas.{kata.module}.workload")
        self._client, self._seed = client, seed
        self.set_up(0)

    def set_up(self, number: int) -> None:
        """New objects and new inputs, the same for every worker that is given this number."""
        self._client.begin_check(self._seed)
        self._transcript = Transcript()
        solution = Solution(self._client, self._client.path.name, self._transcript)
        rng = np.random.default_rng([self._seed, number])
        with _as_refusal():
            self._run: Callable[[], None] = self._module.workload(solution, rng)

    def set_up_and_lap(self, number: int) -> Lap:
        """Run it once, with its own inputs still in the cache, whoever had the turn before."""
        self.set_up(number)
        return self.lap()

    def lap(self) -> Lap:
        """Run it once."""
        transcript = self._transcript
        transcript.forget()
        transcript.complete, transcript.seconds, transcript.cpu = True, 0.0, 0.0
        cpu, wall = self._client.cpu_seconds(), time.perf_counter()
        with _as_refusal():
            self._run()
        wall, cpu = time.perf_counter() - wall, self._client.cpu_seconds() - cpu
        answers = [exchange.outcome for exchange in transcript.exchanges if exchange.is_answer]
        return Lap(transcript.seconds, transcript.cpu, wall, cpu, (transcript.complete, answers))

    @property
    def is_random(self) -> bool:
        """Whether what comes back depends on how the solution draws random numbers."""
        return bool(getattr(self._module, "RANDOM", False))


@contextmanager
def _as_refusal() -> Iterator[None]:
    """A workload that cannot use what a solution returns, though it passed the checks, refuses it."""
    try:
        yield
    except (SandboxError, JudgeFailure):
        raise
    except Exception as error:
        sentence = f"the workload could not use what the solution returned ({type(error).__name__})"
        raise Refused(sentence, "the workload") from None


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

    A ratio below `RARE` is measured once more, in a new worker, with other inputs and from outside; the slower one counts.

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
        SandboxError: a call of the workload failed, in either worker, or the solution returned something else than the
            reference.
    """
    timing = _measure(kata, solution, seed, seconds, on_round, rival, limit, strict=False)
    if timing.ratio >= RARE:
        return timing
    solution.kill()
    solution.allow(START_SECONDS)
    again = _measure(kata, solution, seed + 1, seconds, on_round, rival, limit, strict=True)
    return replace(max(timing, again, key=lambda one: one.ratio), remark=MEASURED_TWICE)


def _measure(
    kata: Kata,
    solution: WorkerClient,
    seed: int,
    seconds: float,
    on_round: Callable[[float], None] | None,
    rival: Path | None,
    limit: float | None,
    strict: bool,
) -> Timing:
    with ExitStack() as stack:
        reference = WorkerClient(rival or kata.reference_file, budget=solution.budget)
        stack.callback(reference.kill)
        theirs, ours = Stopwatch(kata, solution, seed), Stopwatch(kata, reference, seed)
        ours.lap()  # in case the first round is the only one: a slow solution shall not be compared with a cold reference
        ours.set_up(0)
        if limit is not None:
            solution.allow(limit)
        warm = time.perf_counter()
        first = _compared(theirs.lap(), ours.lap(), theirs.is_random)
        began = time.perf_counter()
        elapsed, longest = 0.0, began - warm
        laps: list[tuple[Lap, Lap]] = []
        while elapsed + longest <= seconds and len(laps) < MAX_ROUNDS_A_SECOND * seconds:
            number = len(laps) + 1
            if number % 2:
                our_lap, their_lap = ours.set_up_and_lap(number), theirs.set_up_and_lap(number)
            else:
                their_lap, our_lap = theirs.set_up_and_lap(number), ours.set_up_and_lap(number)
            laps.append(_compared(their_lap, our_lap, theirs.is_random))
            before, elapsed = elapsed, time.perf_counter() - began
            longest = max(longest, elapsed - before)
            if on_round:
                on_round(min(1.0, elapsed / seconds))
        laps = laps or [first]
        times = believed([lap for lap, _ in laps], [lap for _, lap in laps], strict)
    low, ratio, high = ratio_of(times)
    solution_ms, reference_ms = 1000 * np.quantile(times, UNDISTURBED, axis=0)
    return Timing(ratio, low, high, float(solution_ms), float(reference_ms), len(times))


def ratio_of(times: np.ndarray) -> tuple[float, float, float]:
    """The ratio of two columns of times, in an interval that should hold the truth nineteen times in twenty.

    A run that was interrupted tells nothing about the solution, and on a busy machine that is most of them. So what is
    compared is the lowest decile of either column, not each round by itself. The interval comes from drawing the rounds
    again, at random and with replacement (Efron's bootstrap); two processes are never more alike than `ALIKE`.
    """
    rounds = len(times)
    fastest = np.quantile(times, UNDISTURBED, axis=0)
    ratio = float(fastest[0] / fastest[1])
    if rounds == 1:
        return ratio, ratio, ratio
    drawn = times[np.random.default_rng(0).integers(rounds, size=(RESAMPLES, rounds))]
    solution, reference = np.quantile(drawn, UNDISTURBED, axis=1).T
    low, high = np.percentile(solution / reference, (2.5, 97.5))
    return min(float(low), ratio * (1 - ALIKE)), ratio, max(float(high), ratio * (1 + ALIKE))


def _compared(theirs: Lap, ours: Lap, is_random: bool) -> tuple[Lap, Lap]:
    """Both laps without what came back, which agrees.

    Raises:
        Refused: it does not.
    """
    got, expected = theirs.answers, ours.answers
    if is_random:
        got, expected = shapes(got), shapes(expected)
    if Parts.of(got).differing(Parts.of(expected), AGREE_RTOL):
        raise Refused("it returned something else than the reference while it was timed", "the workload")
    return replace(theirs, answers=(True, [])), replace(ours, answers=(True, []))


def shapes(value: Any) -> Any:
    """The same with the shape in the place of every array."""
    if isinstance(value, list | tuple):
        return type(value)(map(shapes, value))
    if isinstance(value, dict):
        return {key: shapes(item) for key, item in value.items()}
    return np.shape(value) if isinstance(value, np.ndarray | np.generic | float | int) else None


def believed(theirs: Sequence[Lap], ours: Sequence[Lap], strict: bool = False) -> np.ndarray:
    """Seconds of each round: the solution's, and the reference's.

    The reference's clocks are believed: what is seen from outside besides them is the wire, which the solution's laps have
    as well. What these need beyond that is the solution's time, and its own clock should say about as much; if it says far
    less, the time from outside stands. CPU time shows it best, since a busy machine does not change it. The wall clock adds
    what a solution sleeps, and is all there is where CPU time cannot be read.

    Args:
        theirs, ours: laps of the solution and of the reference, in pairs.
        strict: whether its clock is not believed at all.
    """
    reference, inside = np.array([[lap.inside for lap in laps] for laps in (ours, theirs)])
    times = inside
    clocks = [
        ([lap.cpu for lap in theirs], [lap.cpu - lap.cpu_inside for lap in ours], CPU_DOUBT),
        ([lap.wall for lap in theirs], [lap.wall - lap.inside for lap in ours], WALL_DOUBT),
    ]
    if np.isnan(clocks[0][0] + clocks[0][1]).any():
        clocks = [(*clocks[1][:2], CPU_DOUBT)]
    for number, (seen, around, doubt) in enumerate(clocks):
        wire = float(np.median(around))
        outside = np.array(seen) - wire
        spread = float(np.subtract(*np.percentile(around, (75, 25))))
        tolerated = SPREAD_DOUBT * spread + doubt * wire + TIME_DOUBT * float(np.median(outside))
        if np.median(outside) - np.median(inside) > tolerated or (strict and number == 0):
            times = np.maximum(times, outside)
    return np.column_stack([times, reference])


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
            code = escaped(lines[line - 1].strip())[:MAX_CODE_CHARS]
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
