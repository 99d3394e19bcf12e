"""Speed compared with the reference: measured on what passes, fair, bounded, and no part of the score."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import reference.linear
import reference.relu
from harness import catalog
from harness.judge.bank import load_reference, names_in, public_names
from harness.judge.comparison import Parts
from harness.judge.session import Options, judge
from harness.judge.timing import AGREE_RTOL, Lap, Stopwatch, believed, find_hot_line, hot_line, measure, ratio_of, shapes
from harness.judge.verdict import HotLine, Timing, Verdict
from harness.sandbox.client import WorkerClient
from harness.sandbox.errors import SolutionRaised
from harness.sandbox.local import LocalBackend
from harness.sandbox.proxy import Solution
from harness.sandbox.transcript import Transcript
from harness.screens.check_screen import Telling, show_verdict, timing_line, where_the_time_goes

RELU = Path(reference.relu.__file__).read_text()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Callable[[str], WorkerClient]]:
    """Opens a ReLU given as source; its worker is gone after the test."""
    opened: list[WorkerClient] = []

    def open_client(source: str) -> WorkerClient:
        path = tmp_path / "relu.py"
        path.write_text(source)
        opened.append(WorkerClient(path))
        return opened[-1]

    yield open_client
    for one in opened:
        one.kill()


def slowed(seconds: float) -> str:
    """The reference, slow on inputs as large as the workload's, and as fast as ever in the checks."""
    wrapped = "\n_forward = ReLU.forward\ndef forward(self, x):\n    import time\n"
    return (
        f"{RELU}{wrapped}    if x.size > 1000: time.sleep({seconds})\n    return _forward(self, x)\nReLU.forward = forward\n"
    )


def judged(source: str, tmp_path: Path, timing: bool = True) -> Verdict:
    path = tmp_path / "relu.py"
    path.write_text(source)
    return judge(catalog.load("relu"), path, path.name, Options(timing=timing))


class TestMeasure:
    def test_reference_is_as_fast_as_itself(self, client: Callable[[str], WorkerClient]) -> None:
        timing = measure(catalog.load("relu"), client(RELU))
        assert timing.low <= timing.ratio <= timing.high
        assert 0.3 < timing.ratio < 3
        assert timing.solution_ms > 0
        assert timing.reference_ms > 0

    def test_slow_solution_has_its_ratio(self, client: Callable[[str], WorkerClient]) -> None:
        timing = measure(catalog.load("relu"), client(slowed(0.1)))
        assert 100 <= timing.solution_ms < 1000
        assert 0.2 < timing.ratio / (timing.solution_ms / timing.reference_ms) < 5
        assert timing.ratio > 5

    def test_rounds_are_made_while_there_is_time(self, client: Callable[[str], WorkerClient]) -> None:
        shares: list[float] = []
        measure(catalog.load("relu"), client(RELU), seconds=1.0, on_round=shares.append)
        assert len(shares) > 1
        assert shares == sorted(shares)
        assert 0 < shares[0] <= shares[-1] <= 1

    def test_solution_too_slow_for_a_second_round_is_judged_by_the_first(
        self, client: Callable[[str], WorkerClient]
    ) -> None:
        shares: list[float] = []
        timing = measure(catalog.load("relu"), client(slowed(0.3)), seconds=0.2, on_round=shares.append)
        assert shares == []
        assert timing.rounds == 1
        assert timing.low == timing.ratio == timing.high
        assert timing.solution_ms >= 300

    def test_rival_can_be_another_file(self, client: Callable[[str], WorkerClient], tmp_path: Path) -> None:
        rival = tmp_path / "rival.py"
        rival.write_text(slowed(0.2))
        timing = measure(catalog.load("relu"), client(RELU), seconds=0.2, rival=rival)
        assert timing.ratio < 0.2
        assert timing.reference_ms >= 200

    def test_failing_call_is_passed_on(self, client: Callable[[str], WorkerClient]) -> None:
        with pytest.raises(SolutionRaised):
            measure(catalog.load("relu"), client("class ReLU:\n    pass\n"))


def burning(condition: str, before: str = "") -> str:
    """The reference, which on inputs as large as the workload's burns 30 ms of CPU time where the condition holds."""
    return f"""{RELU}
import sys, time
_forward, seen = ReLU.forward, {{}}
def forward(self, x):
    {before or "pass"}
    if x.size > 1000 and ({condition}):
        until = time.process_time() + 0.03
        while time.process_time() < until:
            pass
    out = seen[x.tobytes()] = _forward(self, x)
    return out
ReLU.forward = forward
"""


def laps(*seconds: tuple[float, float, float]) -> list[Lap]:
    """Laps of these times in ms: inside, wall, cpu."""
    return [Lap(inside / 1000, inside / 1000, wall / 1000, cpu / 1000, (True, [])) for inside, wall, cpu in seconds]


class TestTheSolutionsClockIsNotSimplyBelieved:
    def test_stopped_clock(self, client: Callable[[str], WorkerClient]) -> None:
        stop = "now = time.perf_counter(); sys._getframe(1).f_globals['perf_counter'] = lambda: now"
        timing = measure(catalog.load("relu"), client(burning("True", stop)), seconds=0.2)
        assert timing.solution_ms > 15

    def test_remembered_answer(self, client: Callable[[str], WorkerClient]) -> None:
        """Every round has other inputs, so that nothing is found among what was seen before."""
        stopwatch = Stopwatch(catalog.load("relu"), client(burning("x.tobytes() not in seen")), 0)
        for number in range(3):
            stopwatch.set_up(number)
            assert stopwatch.lap().inside > 0.029

    def test_skipped_work(self, tmp_path: Path) -> None:
        skips = f"{RELU}\n_f = ReLU.forward\nReLU.forward = lambda self, x: _f(self, x) * (1 if x.size < 1000 else 0)\n"
        verdict = judged(skips, tmp_path)
        assert (verdict.score, verdict.timing) == (100, None)
        assert verdict.not_timed == "it returned something else than the reference while it was timed"
        shown = io.StringIO()
        show_verdict(Console(file=shown, width=100), verdict, "ReLU", "", "", Telling())
        assert f"It could not be timed: {verdict.not_timed}" in shown.getvalue()
        assert verdict.as_json()["not_timed"] == verdict.not_timed

    def test_rare_ratio_is_measured_twice_and_has_a_remark(
        self, client: Callable[[str], WorkerClient], tmp_path: Path
    ) -> None:
        rival = tmp_path / "rival.py"
        rival.write_text(burning("True").replace("0.03", "0.3"))
        timing = measure(catalog.load("relu"), client(RELU), seconds=0.2, rival=rival)
        assert timing.ratio < 0.5
        assert timing.remark.startswith("Measured twice")

    HONEST = [(2.0, 7.0, 7.0), (2.1, 7.2, 7.1), (1.9, 8.0, 7.0), (2.0, 12.0, 7.2)]

    def test_honest_clock_is_believed(self) -> None:
        times = believed(laps(*self.HONEST), laps(*self.HONEST))
        assert times[:, 0].tolist() == times[:, 1].tolist() == [lap.inside for lap in laps(*self.HONEST)]

    def test_busy_machine_is_no_reason_for_doubt(self) -> None:
        """The solution was interrupted on the wire, in every lap."""
        theirs = laps((2.0, 11.0, 7.0), (2.1, 10.0, 7.3), (1.9, 11.0, 7.1), (2.0, 9.0, 7.0))
        assert believed(theirs, laps(*self.HONEST))[:, 0].tolist() == [lap.inside for lap in theirs]

    @pytest.mark.parametrize(
        ("lazy", "least"),
        [
            ([(0.0, 27.0, 27.0)] * 4, 20.0),  # works after its clock has stopped
            ([(0.0, 27.0, 5.0)] * 4, 20.0),  # sleeps then
            ([(2.0, 7.0, 27.0)] * 4, 20.0),  # works in another thread
            ([(10.0, 27.0, 27.0)] * 4, 20.0),  # its clock runs at half speed
        ],
    )
    def test_time_outside_its_clock_counts(self, lazy: list[tuple[float, float, float]], least: float) -> None:
        assert (believed(laps(*lazy), laps(*self.HONEST))[:, 0] * 1000 > least).all()

    def test_wall_clock_stands_in_where_cpu_time_cannot_be_read(self) -> None:
        nan = float("nan")
        honest = [(inside, wall, nan) for inside, wall, _ in self.HONEST]
        assert believed(laps(*honest), laps(*honest))[:, 0].tolist() == [lap.inside for lap in laps(*honest)]
        assert (believed(laps(*[(0.0, 47.0, nan)] * 4), laps(*honest))[:, 0] * 1000 > 35).all()

    def test_second_measurement_does_not_believe_it_at_all(self) -> None:
        slightly = laps(*[(1.5, 7.0, 7.0)] * 4)
        assert believed(slightly, laps(*self.HONEST))[0, 0] == 0.0015
        assert believed(slightly, laps(*self.HONEST), strict=True)[0, 0] > 0.0017

    @pytest.mark.skipif(sys.platform != "linux", reason="no other system tells the CPU time of another process")
    def test_cpu_time_of_the_worker_is_read_from_outside(self, client: Callable[[str], WorkerClient]) -> None:
        one = client(burning("True"))
        one.begin_check(0)
        before = one.cpu_seconds()
        solution = Solution(one, "relu.py")
        solution.ReLU().forward(np.ones(2000))
        assert one.cpu_seconds() - before > 0.025


class TestRatio:
    """Made-up rounds: 10 ms each, give or take a percent, of which three in five are interrupted."""

    @staticmethod
    def rounds(seed: int, truth: float) -> np.ndarray:
        rng = np.random.default_rng(seed)
        times = 0.01 * rng.normal(1.0, 0.01, size=(40, 2)) * (truth, 1.0)
        return times + np.where(rng.random((40, 2)) < 0.6, rng.exponential(0.01, size=(40, 2)), 0.0)

    @pytest.mark.parametrize("truth", [0.5, 1.0, 2.0])
    def test_it_is_near_the_truth_and_the_interval_holds_it(self, truth: float) -> None:
        found = [ratio_of(self.rounds(seed, truth)) for seed in range(20)]
        assert sum(abs(ratio / truth - 1) < 0.03 for _, ratio, _ in found) >= 19
        assert sum(low <= truth <= high for low, _, high in found) >= 18
        assert all(high / low < 1.2 for low, _, high in found)

    def test_one_round_has_no_interval(self) -> None:
        assert ratio_of(np.array([[0.3, 0.1]])) == pytest.approx((3.0, 3.0, 3.0))

    def test_two_processes_are_never_quite_alike(self) -> None:
        assert ratio_of(np.full((9, 2), 0.01)) == pytest.approx((0.975, 1.0, 1.025))


LOOP = """
import numpy as np

class ReLU:
    def forward(self, x):
        self.mask = x > 0
        out = np.zeros_like(x)
        {before}
        for _ in range({rounds} if x.size > 1000 else 1):
            for i in np.ndindex(x.shape):
                out[i] = np.where(x[i] <= 0, 0, x[i])
        return out

    def backward(self, d_out):
        return d_out * self.mask
"""
HOT_LINE = "out[i] = np.where(x[i] <= 0, 0, x[i])"

INDIRECT = """
import time
import numpy as np

class ReLU:
    def forward(self, x):
        self.mask = x > 0
        def rest(row):
            time.sleep(0.002 if x.size > 1000 else 0)
            return row
        def rows():
            for row in range(40):
                yield row
        _ = [row + 1 for row in rows()]
        np.apply_along_axis(rest, 0, np.ones((1, 40)))
        return x * self.mask

    def backward(self, d_out):
        return d_out * self.mask
"""


class TestWhereTheTimeGoes:
    """Of what a solution is measured: nothing here asks how fast it is, so a busy machine may take as long as it likes."""

    @pytest.fixture(autouse=True)
    def patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("harness.judge.timing.LINES_GRACE_SECONDS", 60.0)

    @staticmethod
    def found(client: WorkerClient) -> HotLine:
        hot = find_hot_line(catalog.load("relu"), client, 0)
        assert hot is not None
        return hot

    def test_slow_solution_is_shown_its_hottest_line(self, client: Callable[[str], WorkerClient]) -> None:
        hot = self.found(client(LOOP.format(before="", rounds=1)))
        assert (hot.line, hot.code, hot.loops) == (11, HOT_LINE, 2)
        assert 0.3 < hot.share <= 1

    def test_solution_too_slow_to_be_timed_is_shown_it_too(self, tmp_path: Path) -> None:
        verdict = judged(LOOP.format(before="", rounds=10_000), tmp_path)
        assert (verdict.score, verdict.timing) == (100, None)
        assert verdict.hot_line is not None
        assert verdict.hot_line.line in (10, 11)
        assert not verdict.hot_line.whole

    def test_fast_solution_is_not(self, tmp_path: Path) -> None:
        assert judged(RELU, tmp_path).hot_line is None

    def test_solution_that_dies_while_it_is_timed_is_not(self, tmp_path: Path) -> None:
        dies = "if x.size > 1000: __import__('os')._exit(1)"
        verdict = judged(LOOP.format(before=dies, rounds=1), tmp_path)
        assert (verdict.timing, verdict.hot_line) == (None, None)

    def test_folder_may_have_any_name(self, tmp_path: Path) -> None:
        folder = tmp_path / "(Übung) ¼ 練習 🙂"
        folder.mkdir()
        path = folder / "relu.py"
        path.write_text(LOOP.format(before="", rounds=1))
        client = WorkerClient(path)
        try:
            assert self.found(client).code == HOT_LINE
        finally:
            client.kill()

    def test_lines_of_functions_that_others_call_count(self, client: Callable[[str], WorkerClient]) -> None:
        """A generator, a comprehension and a function that NumPy calls, each in lines of its own."""
        assert self.found(client(INDIRECT)).code == "time.sleep(0.002 if x.size > 1000 else 0)"

    @pytest.mark.parametrize(
        "told",
        [None, [], [3], [(7, 0.5)], [(0, 0.5)], [(-1, 0.5)], [("1", 0.5)], [(1, 2.0)], [(1, float("nan"))], {1: 0.5}],
    )
    def test_worker_that_tells_nonsense_is_not_believed(self, told: object) -> None:
        assert hot_line(told, "x = 1\n" * 6, True) is None

    def test_source_that_nests_too_deep_to_be_read_has_no_loops(self) -> None:
        found = hot_line([(1, 0.5)], f"x = {'(' * 5000}1{')' * 5000}", True)
        assert found is not None
        assert (found.line, found.loops) == (1, 0)

    @pytest.mark.parametrize(
        ("loops", "words"), [(0, ""), (1, ", inside a Python loop"), (3, ", inside 3 nested Python loops")]
    )
    def test_screen_names_it(self, loops: int, words: str) -> None:
        shown = io.StringIO()
        hot = HotLine(23, "out[i, j] = patch * [bold]weight", 0.874, loops, True)
        Console(file=shown, width=100).print(where_the_time_goes(hot))
        assert shown.getvalue().splitlines() == [
            f"87% of the time is spent in line 23{words}:",
            "    out[i, j] = patch * [bold]weight",
        ]

    def test_workload_that_was_interrupted_is_not_told_as_all_of_it(self) -> None:
        shown = io.StringIO()
        Console(file=shown, width=100).print(where_the_time_goes(HotLine(23, "x", 0.87, 0, False)))
        assert shown.getvalue().startswith("87% of the first second is spent in line 23:")

    def test_one_measurement_is_told_as_one(self) -> None:
        told = timing_line(Timing(137.75, 137.75, 137.75, 275.5, 2.0, 1)).plain
        assert told == "Takes about 138 times as long as the reference, measured once: 275.50 ms, the reference 2.00 ms"


class TestVerdicts:
    def test_right_solution_is_timed(self, tmp_path: Path) -> None:
        verdict = judged(RELU, tmp_path)
        assert verdict.passed
        assert verdict.timing is not None

    def test_wrong_solution_is_not_timed(self, tmp_path: Path) -> None:
        verdict = judged(RELU + "\nReLU.backward = lambda self, d_out: d_out\n", tmp_path)
        assert not verdict.passed
        assert verdict.timing is None

    def test_timing_can_be_left_out(self, tmp_path: Path) -> None:
        verdict = judged(RELU, tmp_path, timing=False)
        assert verdict.passed
        assert verdict.timing is None

    @pytest.mark.parametrize("seconds", [0.1, 30])
    def test_slow_solution_loses_no_points_and_little_time(self, tmp_path: Path, seconds: float) -> None:
        """Even one whose every run takes half a minute costs no more than what timing may cost."""
        verdict = judged(slowed(seconds), tmp_path)
        assert (verdict.score, verdict.passed) == (100, True)
        assert (verdict.timing is None) == (seconds > 1)
        assert verdict.check_seconds < 10

    def test_solution_that_dies_only_on_the_workload_still_passes(self, tmp_path: Path) -> None:
        verdict = judged(slowed(0).replace("time.sleep(0)", "__import__('os')._exit(1)"), tmp_path)
        assert (verdict.score, verdict.timing) == (100, None)

    def test_what_the_workload_prints_is_kept(self, tmp_path: Path) -> None:
        verdict = judged(slowed(0).replace("time.sleep(0)", "print('large')"), tmp_path)
        assert verdict.output.startswith("large\n")

    def test_a_stopped_clock_does_not_make_it_fast(self, tmp_path: Path) -> None:
        verdict = judged(slowed(0.02) + "import time\ntime.perf_counter = lambda: 0.0\n", tmp_path)
        assert verdict.timing is not None
        assert verdict.timing.solution_ms >= 20


def outcomes_of_a_lap(kata: catalog.Kata, names: dict[str, Any]) -> list[Any]:
    """What comes back from a kata's workload in this process."""
    backend, transcript = LocalBackend(names), Transcript()
    backend.begin_check(0)
    module = importlib.import_module(f"katas.{kata.module}.workload")
    run = module.workload(Solution(backend, kata.file_name, transcript), np.random.default_rng(0))
    transcript.exchanges.clear()
    run()
    assert transcript.complete
    outcomes = [exchange.outcome for exchange in transcript.exchanges if exchange.is_answer]
    return shapes(outcomes) if getattr(module, "RANDOM", False) else outcomes


DRAWING = [
    kata for kata in catalog.all_katas() if kata.has_workload and "rng=rng" in (kata.folder / "workload.py").read_text()
]


@pytest.mark.parametrize("kata", DRAWING, ids=lambda kata: kata.name)
def test_correct_solutions_return_the_same_while_they_are_timed(kata: catalog.Kata) -> None:
    """In whatever order their constructors draw. Those with Python loops take too long here."""
    expected = Parts.of(outcomes_of_a_lap(kata, public_names(load_reference(kata.module))))
    folder = Path(__file__).parent / "right_solutions" / kata.module
    for path in sorted(path for path in folder.glob("*.py") if "loop" not in path.stem):
        names = names_in(path.read_text(encoding="utf-8"), path.name)
        assert Parts.of(outcomes_of_a_lap(kata, names)).differing(expected, AGREE_RTOL) == (), path
