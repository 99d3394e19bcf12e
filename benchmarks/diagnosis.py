"""How often the diagnosis names the mistake that was made: judges every file of tests/wrong_solutions.

    python benchmarks/diagnosis.py [NAME ...] [--show] [--worker] [--json] [--seed 0] [--jobs N]

What each file does wrong, and what the banks of mistakes call it, stands in tests/wrong_solutions/expected.toml. A defect is
named where a name of its list is given; a name that stands in none of the file's lists is wrong. Precision is the share of
right names among those given; recall the share of defects that were named, over those that the bank holds and over all; the
pairs are the files with two defects that the bank holds, and those of them where both were named.
Solutions run in this process, as a worker would run them; `--worker` judges as `kata check` does, which takes longer.
"""

from __future__ import annotations

from harness.sandbox.threads import use_one_thread

use_one_thread()  # before NumPy is imported, or it has no effect

import argparse
import ast
import json
import multiprocessing
import time
import tomllib
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

from harness import catalog
from harness.catalog import Kata
from harness.judge.bank import load_bank
from harness.judge.collect import collect_checks
from harness.judge.diagnosis import diagnose
from harness.judge.replay import Attempt, Check, changed_inputs_counted, run_check
from harness.judge.session import Options, judge
from harness.judge.verdict import Outcome
from harness.sandbox.local import LocalBackend

FOLDER = Path(__file__).parent.parent / "tests" / "wrong_solutions"
PATIENCE = 60.0
"""Seconds that a diagnosis may take here, where the machine may be busy; how long it takes is told in CPU time."""
ALMOST = "~"
"""Before a name in expected.toml: right where it is given, but the bank does not hold the same mistake."""


@dataclass(frozen=True)
class Told:
    """What was said about one file.

    Attributes:
        defects: its `defect:` lines.
        expected: for each of them, names that say the same.
        names: of the mistakes that the diagnosis found.
        failed: how many checks failed, and how many of them were left unexplained.
        hints: what stands at failing checks in place of a mistake.
        seconds: CPU time that the diagnosis took.
    """

    kata: str
    file: str
    defects: tuple[str, ...]
    expected: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    failed: int
    unexplained: int
    hints: tuple[str, ...]
    seconds: float = 0.0

    def is_named(self, defect: int) -> bool:
        """Whether one of the names says what this defect is."""
        return any(_plain(name) in self.names for name in self.expected[defect])

    @property
    def wrong(self) -> list[str]:
        """Names of mistakes that the file does not make."""
        right = {_plain(name) for names in self.expected for name in names}
        return [name for name in self.names if name not in right]

    def is_known(self, defect: int) -> bool:
        """Whether the bank holds this defect."""
        return any(not name.startswith(ALMOST) for name in self.expected[defect])


@cache
def _checks_of(name: str) -> tuple[Check, ...]:
    return collect_checks(catalog.find(name))


def _plain(name: str) -> str:
    return name.removeprefix(ALMOST)


@dataclass
class Count:
    """One line of the table."""

    files: int = 0
    caught: int = 0
    defects: int = 0
    known: int = 0
    named: int = 0
    known_named: int = 0
    names: int = 0
    wrong: int = 0
    pairs: int = 0
    both: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, told: Told) -> None:
        """Count one file in; what no check notices cannot be named and counts in `files` alone."""
        self.files += 1
        if not told.failed:
            return
        self.caught += 1
        self.seconds.append(told.seconds)
        named = [told.is_named(i) for i in range(len(told.defects))]
        known = [told.is_known(i) for i in range(len(told.defects))]
        self.defects += len(named)
        self.known += sum(known)
        self.named += sum(named)
        self.known_named += sum(n and k for n, k in zip(named, known, strict=True))
        self.names += len(told.names)
        self.wrong += len(told.wrong)
        if len(named) > 1 and all(known):
            self.pairs += 1
            self.both += all(named)

    @property
    def precision(self) -> float:
        return _share(self.names - self.wrong, self.names)

    @property
    def recall_of_known(self) -> float:
        return _share(self.known_named, self.known)

    @property
    def recall(self) -> float:
        return _share(self.named, self.defects)

    def row(self, title: str) -> str:
        """As `HEADER` names the columns."""
        silent = self.defects - self.named
        slowest = max(self.seconds, default=0.0)
        return (
            f"{title:<22}{f'{self.caught}/{self.files}':>9}{self.defects:>9}{self.named:>7}{silent:>8}{self.wrong:>7}"
            f"{self.precision:>11.1%}{f'{self.known_named}/{self.known}':>10}{self.recall_of_known:>8.1%}{self.recall:>8.1%}"
            f"{f'{self.both}/{self.pairs}':>8}{1000 * slowest:>9.0f}"
        )


HEADER = (
    f"{'kata':<22}{'caught':>9}{'defects':>9}{'right':>7}{'silent':>8}{'wrong':>7}{'precision':>11}"
    f"{'known':>10}{'recall':>8}{'of all':>8}{'pairs':>8}{'max ms':>9}"
)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def defects_of(file: Path) -> tuple[str, ...]:
    """The `defect:` lines of a file's docstring."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return tuple(line.removeprefix("defect:").strip() for line in text.splitlines() if line.startswith("defect:"))


def attempts_of(file: Path, checks: Sequence[Check], seed: int) -> list[tuple[Check, Attempt]]:
    """Every check with the solution in `file`, in this process."""
    module = ModuleType(file.stem)
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), vars(module))
    backend = LocalBackend(vars(module))
    attempts = [(check, run_check(check, backend, file.name, seed)) for check in checks]
    changed = {check.name: attempt for check, attempt in changed_inputs_counted(attempts)}
    return [(check, changed.get(check.name, attempt)) for check, attempt in attempts]


def tell(kata: Kata, file: Path, expected: Sequence[Sequence[str]], seed: int, worker: bool) -> Told:
    """Judge one file and say what the diagnosis makes of it."""
    lists = tuple(map(tuple, expected))
    if worker:
        verdict = judge(kata, file, file.name, Options(seed=seed, timing=False))
        failed = [check for check in verdict.checks() if check.outcome is not Outcome.PASSED]
        hints = {d.explanation for check in failed for d in check.diagnosis if d.mistake is None}
        return Told(
            kata.module,
            file.stem,
            defects_of(file),
            lists,
            verdict.mistakes,
            len(failed),
            verdict.unexplained,
            tuple(sorted(hints)),
        )
    attempts = attempts_of(file, _checks_of(kata.name), seed)
    began = time.process_time()
    findings = diagnose(attempts, load_bank(kata.module), seed, PATIENCE)
    seconds = time.process_time() - began
    hints = {d.explanation for ds in findings.by_check.values() for d in ds if d.mistake is None}
    return Told(
        kata.module,
        file.stem,
        defects_of(file),
        lists,
        tuple(mistake.name for mistake in findings.mistakes),
        sum(attempt.outcome is not Outcome.PASSED for _, attempt in attempts),
        len(findings.unexplained),
        tuple(sorted(hints)),
        seconds,
    )


@cache
def expectations() -> dict[str, dict[str, list[list[str]]]]:
    """For each kata by module, for each of its files, the lists of expected.toml."""
    return tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))


def _of_kata(job: tuple[str, int, bool]) -> list[Told]:
    name, seed, worker = job
    warnings.simplefilter("ignore")
    kata = catalog.find(name)
    expected = expectations()[kata.module]
    return [tell(kata, FOLDER / kata.module / f"{stem}.py", lists, seed, worker) for stem, lists in expected.items()]


def measure(names: Iterable[str], seed: int, worker: bool, jobs: int | None) -> Iterable[list[Told]]:
    """What is told of all files, kata after kata."""
    with multiprocessing.Pool(jobs) as pool:
        yield from pool.imap(_of_kata, [(name, seed, worker) for name in names])


def _show(told: Told) -> None:
    if told.failed and (told.wrong or told.hints or not all(map(told.is_named, range(len(told.defects))))):
        kinds = ["wrong"] * bool(told.wrong)
        kinds += ["missed"] * any(told.is_known(i) and not told.is_named(i) for i in range(len(told.defects)))
        print(f"    {told.file}: {', '.join(kinds) or 'silent'}; {told.unexplained} of {told.failed} checks unexplained")
        for defect, names in zip(told.defects, told.expected, strict=True):
            print(f"        defect  {defect} ({', '.join(names) or 'not in the bank'})")
        for name in told.names:
            print(f"        named   {name}{' (wrong)' if name in told.wrong else ''}")
        for hint in told.hints:
            print(f"        hint    {hint}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="katas, by default all that have wrong solutions")
    parser.add_argument("--show", action="store_true", help="list the files that are not named, or named wrongly")
    parser.add_argument("--worker", action="store_true", help="judge each file in a worker process, as `kata check` does")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, metavar="N", help="processes; by default one for each core")
    arguments = parser.parse_args()
    names = arguments.names or sorted(folder.name for folder in FOLDER.iterdir() if any(folder.glob("*.py")))
    total = Count()
    every: list[Told] = []
    if not arguments.json:
        print(HEADER)
    for of_kata in measure(names, arguments.seed, arguments.worker, arguments.jobs):
        count = Count()
        for told in of_kata:
            count.add(told)
            total.add(told)
        every += of_kata
        if not arguments.json:
            print(count.row(of_kata[0].kata), flush=True)
            if arguments.show:
                for told in of_kata:
                    _show(told)
    if arguments.json:
        figures = {"precision": total.precision, "recall_of_known": total.recall_of_known, "recall": total.recall}
        print(json.dumps({**asdict(total), **figures, "told": [asdict(told) for told in every]}))
    else:
        print(total.row("all"))


if __name__ == "__main__":
    main()
