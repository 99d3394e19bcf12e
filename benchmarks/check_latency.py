"""How long a cold `kata check` takes, beside the imports that it cannot do without.

    python benchmarks/check_latency.py [--rounds 15] [--kata conv2d]

Each round runs three commands one after another in fresh processes: the check of a right solution without timing,
`import numpy`, and `import numpy, pytest, click`. The ratios are taken within a round, so that a machine that changes
speed changes both sides; the table gives their medians.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from harness import catalog

COMMANDS = {
    "import numpy": [sys.executable, "-c", "import numpy"],
    "import numpy, pytest, click": [sys.executable, "-c", "import numpy, pytest, click"],
}


def seconds(command: list[str], folder: str) -> float:
    """Wall time of one run of a command that must succeed."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--kata", default="conv2d")
    arguments = parser.parse_args()
    kata = catalog.find(arguments.kata)
    script = shutil.which("kata", path=sysconfig.get_path("scripts")) or "kata"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / kata.file_name).write_text(kata.reference_file.read_text())
        check = f"kata check {kata.name} --no-timing"
        commands = {check: [script, "check", kata.name, "--no-timing"], **COMMANDS}
        for command in commands.values():
            seconds(command, folder)
        rounds = [{name: seconds(command, folder) for name, command in commands.items()} for _ in range(arguments.rounds)]
    for name in commands:
        print(f"{name:<36}{1000 * statistics.median(times[name] for times in rounds):7.0f} ms (median of {len(rounds)})")
    for name in COMMANDS:
        ratios = sorted(times[check] / times[name] for times in rounds)
        low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
        print(f"check / {name:<28}{statistics.median(ratios):7.2f} times (quartiles {low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
