"""How long a wrong solution waits for its verdict, compared with a correct one, over every mistake of every bank.

    python benchmarks/wrong_latency.py [KATA ...] [--rounds 3] [--slowest 10]

First every mistake is judged in this process, with a worker that is ready: how long until the verdict, and how much longer
until its diagnosis. Then the mistakes that took longest are judged by the command, in turn with a correct solution, from a
cold start. The goal: at most 1.5 times a correct solution, and at most 600 ms.
"""

from __future__ import annotations

import argparse
import select
import shutil
import statistics
import subprocess
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harness import catalog
from harness.catalog import Kata
from harness.judge.bank import load_bank
from harness.judge.collect import collect_checks
from harness.judge.replay import Check
from harness.judge.session import Options, judge
from harness.judge.verdict import Verdict
from harness.sandbox.spawn import spawn

GOAL_RATIO, GOAL_SECONDS = 1.5, 0.6
OPTIONS = Options(timing=False)


@dataclass(frozen=True)
class Wait:
    """Seconds until the verdict on a solution, and from then on until its diagnosis."""

    kata: Kata
    mistake: str
    source: str
    verdict: float
    diagnosis: float


def wait_of(kata: Kata, mistake: str, source: str, checks: tuple[Check, ...], path: Path) -> Wait:
    """Judge a solution in this process."""
    path.write_text(source, encoding="utf-8")
    worker = spawn()
    select.select([worker.replies], [], [], 60)  # its first words
    reached: list[float] = []

    def on_verdict(_: Verdict) -> None:
        reached.append(time.perf_counter())

    began = time.perf_counter()
    judge(kata, path, path.name, OPTIONS, worker, checks=checks, on_verdict=on_verdict)
    return Wait(kata, mistake, source, reached[0] - began, time.perf_counter() - reached[0])


def command_seconds(kata: Kata, sources: list[str], rounds: int) -> list[list[float]]:
    """Wall times of `kata check`, for each of the solutions, in turn."""
    script = shutil.which("kata", path=sysconfig.get_path("scripts")) or "kata"
    times: list[list[float]] = [[] for _ in sources]
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds + 1):
            for source, found in zip(sources, times, strict=True):
                (Path(folder) / kata.file_name).write_text(source, encoding="utf-8")
                began = time.perf_counter()
                command = [script, "check", kata.name, "--no-timing"]
                done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
                found.append(time.perf_counter() - began)
                assert done.returncode in (0, 1), f"{' '.join(command)} ended with {done.returncode}"
    return [found[1:] for found in times]  # the first round reads files that are not in memory yet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("katas", nargs="*", metavar="KATA")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slowest", type=int, default=10)
    arguments = parser.parse_args()
    waits: list[Wait] = []
    with tempfile.TemporaryDirectory() as folder:
        for kata in (catalog.find(name) for name in arguments.katas or catalog.all_names()):
            checks, path = collect_checks(kata), Path(folder) / kata.file_name
            found = [wait_of(kata, one.name, one.source(), checks, path) for one in load_bank(kata.module)]
            waits += found
            worst = max(found, key=lambda wait: wait.verdict + wait.diagnosis)
            verdict = 1000 * statistics.median(wait.verdict for wait in found)
            diagnosis = 1000 * statistics.median(wait.diagnosis for wait in found)
            print(
                f"{kata.name:<22}{len(found):4} mistakes: verdict{verdict:6.0f} ms, diagnosis{diagnosis:6.0f} ms (medians);"
                f" slowest{1000 * (worst.verdict + worst.diagnosis):6.0f} ms, {worst.mistake}",
                flush=True,
            )
    waits.sort(key=lambda wait: -wait.verdict - wait.diagnosis)
    print(f"\nThe slowest of {len(waits)}, by the command and from a cold start:")
    print(f"{'kata':<22}{'mistake':<44}{'verdict':>9}{'diagnosis':>11}{'command':>9}{'correct':>9}{'ratio':>7}")
    reached = 0
    for wait in waits[: arguments.slowest]:
        right = wait.kata.reference_file.read_text(encoding="utf-8")
        wrong_times, right_times = command_seconds(wait.kata, [wait.source, right], arguments.rounds)
        ratio = statistics.median(wrong / one for wrong, one in zip(wrong_times, right_times, strict=True))
        took = statistics.median(wrong_times)
        reached += ratio <= GOAL_RATIO and took <= GOAL_SECONDS
        print(
            f"{wait.kata.name:<22}{wait.mistake:<44}{1000 * wait.verdict:6.0f} ms{1000 * wait.diagnosis:8.0f} ms"
            f"{1000 * took:6.0f} ms{1000 * statistics.median(right_times):6.0f} ms{ratio:7.2f}",
            flush=True,
        )
    print(f"{reached} of them reach the goal: {GOAL_RATIO} times a correct solution, {1000 * GOAL_SECONDS:.0f} ms")


if __name__ == "__main__":
    main()
