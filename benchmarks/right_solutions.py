"""Are correct solutions ever rejected? Every file of tests/right_solutions is judged with many seeds.

python benchmarks/right_solutions.py [--seeds 20] [NAME ...]
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from harness import catalog
from harness.judge.collect import collect_checks
from harness.judge.replay import changed_inputs_counted, run_check
from harness.judge.verdict import Outcome
from harness.sandbox.local import LocalBackend
from harness.sandbox.threads import use_one_thread

SOLUTIONS = Path(__file__).parents[1] / "tests" / "right_solutions"


def failures(path: Path, seeds: Sequence[int]) -> list[str]:
    """What a solution fails, a line each."""
    spec = importlib.util.spec_from_file_location(f"right_{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    found = []
    for seed in seeds:
        backend = LocalBackend(vars(module))
        attempts = [
            (check, run_check(check, backend, path.name, seed)) for check in collect_checks(catalog.find(path.parent.name))
        ]
        for check, attempt in (*attempts, *changed_inputs_counted(attempts)):
            if attempt.outcome is not Outcome.PASSED:
                found.append(f"{path.parent.name}/{path.name}, seed {seed}: {check.name}: {attempt.message}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    use_one_thread()
    chosen = {name.replace("-", "_") for name in given.names}
    files = [path for path in sorted(SOLUTIONS.glob("*/*.py")) if not chosen or path.parent.name in chosen]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = [
            line for lines in pool.map(partial(failures, seeds=range(given.seeds)), files, chunksize=4) for line in lines
        ]
    for line in found:
        print(line)
    katas = len({path.parent for path in files})
    rejected = len({line.partition(",")[0] for line in found})
    print(f"{len(files)} correct solutions of {katas} katas, seeds 0 to {given.seeds - 1}: {rejected} rejected")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
