"""How many submissions `kata grade` judges in a second, and whether its memory stays flat.

    python benchmarks/grade.py [--files 1000] [--jobs N] [--kata linear] [--timeout 2]

Of twenty files ten are wrong in ways that somebody wrote by hand, seven are correct, one hangs, one crashes and one is no
Python. Their order is random, and each file differs from all others. Memory is what the program and its judge processes
keep resident together, looked at after each verdict; a worker lives for one file only and is left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

from harness import catalog
from harness.grading.journal import Journal
from harness.grading.judges import LocalJudges
from harness.grading.run import Counts, grade_all, rows
from harness.grading.submission import Settings, version_of
from harness.grading.summary import summarise
from harness.sandbox.threads import use_one_thread

TESTS = Path(__file__).parents[1] / "tests"
WARM = 100
SPECIAL = {"hangs": "while True:\n    pass\n", "crashes": "import os\nos.abort()\n", "is no Python": "def forward(:\n"}


def submissions(kata: catalog.Kata, count: int) -> list[tuple[str, str]]:
    """What each file is, and its text."""
    correct = [("is correct", path.read_text()) for path in sorted((TESTS / "right_solutions" / kata.module).glob("*.py"))]
    wrong = [("is wrong", path.read_text()) for path in sorted((TESTS / "wrong_solutions" / kata.module).glob("*.py"))]
    chosen: list[tuple[str, str]] = []
    for texts, share in ((wrong, 10), (correct, 7), *(([special], 1) for special in SPECIAL.items())):
        chosen += islice(cycle(texts), max(1, count * share // 20))
    random.Random(0).shuffle(chosen)
    return [(kind, f"# {number}\n{text}") for number, (kind, text) in enumerate(chosen)]


def resident(process: int) -> int:
    """Bytes that a process keeps in memory; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--kata", default="linear")
    parser.add_argument("--timeout", type=float, default=2.0)
    arguments = parser.parse_args()
    use_one_thread()
    kata = catalog.find(arguments.kata)
    settings = Settings(kata.name, 0, arguments.timeout, "auto", version_of(kata.name))
    memory: list[int] = []

    def look(counts: Counts) -> None:
        judges = [process.pid for process in multiprocessing.active_children() if process.pid]
        memory.append(sum(map(resident, [os.getpid(), *judges])))

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = submissions(kata, arguments.files)
        paths = [folder / f"{number:05}.py" for number in range(len(written))]
        for path, (_, text) in zip(paths, written, strict=True):
            path.write_text(text)
        journal = Journal(folder / "journal")
        began = time.perf_counter()
        entries = grade_all(paths, settings, LocalJudges(arguments.jobs), journal, look)
        seconds = time.perf_counter() - began
        summary = summarise(kata, rows(entries, settings, journal))
        journal.close()
    used = os.times()
    print(f"{len(paths):,} files, {arguments.jobs} jobs: {seconds:.1f} s, {len(paths) / seconds:.2f} files a second")
    print(f"CPU time: {(used.user + used.system + used.children_user + used.children_system) / len(paths):.2f} s a file")
    for kind, count in Counter(kind for kind, _ in written).most_common():
        points = [s.score for s, (k, _) in zip(summary.scores, written, strict=True) if k == kind and s.score is not None]
        spread = f"scores {min(points)} to {max(points)}" if points else "none judged"
        print(f"  {count:>5,} file{'s' if count != 1 else ' '} {kind}: {len(points):,} judged, {spread}")
    if len(memory) > WARM:
        at, later = memory[WARM - 1] / 2**20, [amount / 2**20 for amount in memory[WARM:]]
        print(f"Memory after {WARM} files: {at:.0f} MiB; later {min(later):.0f} to {max(later):.0f}, last {later[-1]:.0f}")
        print(f"Growth: at most {max(later) / at - 1:+.1%}")


if __name__ == "__main__":
    main()
