"""Speed compared with the reference: measured on what passes, fair, bounded, and no part of the score."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

import reference.linear
import reference.relu
from harness import catalog
from harness.judge.session import Options, judge
from harness.judge.timing import find_hot_line, hot_line, measure
from harness.judge.verdict import HotLine, Timing, Verdict
from harness.sandbox.client import WorkerClient
from harness.sandbox.errors import SolutionRaised
from harness.screens.check_screen import timing_line, where_the_time_goes

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
        assert timing.ratio == pytest.approx(timing.solution_ms / timing.reference_ms, rel=0.5)
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

    def test_time_in_the_judge_and_on_the_wire_does_not_count(self, client: Callable[[str], WorkerClient]) -> None:
        """A call that does nothing takes next to no time, though its arrays have to cross."""
        nothing = "class ReLU:\n    def forward(self, x): return None\n    def backward(self, d_out): return None\n"
        assert measure(catalog.load("relu"), client(nothing), seconds=0.2).solution_ms < 0.05

    def test_failing_call_is_passed_on(self, client: Callable[[str], WorkerClient]) -> None:
        with pytest.raises(SolutionRaised):
            measure(catalog.load("relu"), client("class ReLU:\n    pass\n"))


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
