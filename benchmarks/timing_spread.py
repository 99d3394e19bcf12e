"""How far the timing that a learner sees lies from the truth, and how often the interval shown with it holds the truth.

    python benchmarks/timing_spread.py [KATA ...] [--runs 20] [--seconds 0.6] [--busy 1]

Two solutions whose truth is known are timed as `kata check` times one, in fresh processes each run: the reference itself,
and the reference doing all of its work twice. The truth is 1 for the first. For the second it is about 2, and less where
the second time finds large arrays in the cache: what one run that is ten times as long says. `--busy` keeps as many cores
busy meanwhile.

With no KATA it takes every kata that has a workload. One that draws random numbers or moves parameters cannot do its work
twice and return the same, so it is timed against itself only.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from harness import catalog
from harness.catalog import Kata
from harness.judge.timing import SECONDS, measure
from harness.judge.verdict import Timing
from harness.sandbox.client import WorkerClient
from harness.sandbox.errors import Refused

WITHIN = {"itself": 0.03, "twice": 0.05}
SHARE_WITHIN, SHARE_HELD = 0.95, 0.9


def doubled(source: str) -> str:
    """A reference whose public functions and methods do their work twice, but for constructors and generators."""
    wrapper = (
        "def _twice(function):\n"
        "    def call(*args, **kwargs):\n"
        "        function(*args, **kwargs)\n"
        "        return function(*args, **kwargs)\n"
        "    return call\n"
    )
    tree = ast.parse(source)
    lines = [wrapper]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [f"{node.name}.{method.name}" for method in node.body if isinstance(method, ast.FunctionDef)]
            lines += [f"{method} = _twice({method})\n" for method in methods if "._" not in method]
    return source + "\n\n" + "".join(lines)


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """That many processes that never rest."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def timed(kata: Kata, source: str, runs: int, seconds: float) -> list[Timing]:
    """As many timings of a solution as `runs` says.

    Raises:
        Refused: it does not return what the reference returns.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / kata.file_name
        path.write_text(source, encoding="utf-8")
        found = []
        for seed in range(runs):
            client = WorkerClient(path)
            try:
                found.append(measure(kata, client, seed, seconds))
            finally:
                client.kill()
    return found


def row(name: str, what: str, truth: float, timings: Sequence[Timing]) -> tuple[str, bool]:
    """A line of the table, and whether it reaches the goal."""
    ratios = np.array([timing.ratio for timing in timings])
    near = np.mean(np.abs(ratios / truth - 1) <= WITHIN[what])
    held = np.mean([timing.low <= truth <= timing.high for timing in timings])
    width = np.median([(timing.high - timing.low) / timing.ratio for timing in timings])
    line = (
        f"{name:<22}{what:<8}{truth:7.3f}{np.median(ratios):8.3f}"
        f"{ratios.min():7.2f} to {ratios.max():5.2f}{ratios.std():9.3f}"
        f"{near:9.0%}{held:8.0%}{width:8.1%}{np.median([timing.rounds for timing in timings]):8.0f}"
    )
    return line, bool(near >= SHARE_WITHIN and held >= SHARE_HELD)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("katas", nargs="*", metavar="KATA")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--busy", type=int, default=0, metavar="CORES")
    arguments = parser.parse_args()
    katas = [catalog.find(name) for name in arguments.katas or catalog.all_names()]
    print(
        f"{'kata':<22}{'work':<8}{'truth':>7}{'median':>8}{'range':>15}{'spread':>9}{'near':>9}{'held':>8}{'width':>8}{'rounds':>8}"
    )
    reached = []
    with busy(arguments.busy):
        for kata in (kata for kata in katas if kata.has_workload):
            source = kata.reference_file.read_text(encoding="utf-8")
            for what, truth, solution in (("itself", 1.0, source), ("twice", 2.0, doubled(source))):
                try:
                    if what == "twice":
                        truth = timed(kata, solution, 1, 10 * arguments.seconds)[0].ratio
                    line, good = row(kata.name, what, truth, timed(kata, solution, arguments.runs, arguments.seconds))
                except Refused:
                    continue
                reached.append(good)
                print(line, flush=True)
    print(
        f"{sum(reached)} of {len(reached)} rows reach the goal: near the truth in {SHARE_WITHIN:.0%} of the runs, held in "
        f"{SHARE_HELD:.0%}"
    )


if __name__ == "__main__":
    main()
