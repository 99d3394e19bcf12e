"""Writes the generated parts of the README: the recorded session and the table of katas.

    python benchmarks/readme.py            # rewrite them
    python benchmarks/readme.py --check    # fail if they are not what this would write

A part stands between `<!-- NAME -->` and `<!-- end NAME -->`. Times differ from run to run, so they are compared as such.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import find_mistake, load_bank

README = Path(__file__).parents[1] / "README.md"
SESSION_KATA, SESSION_MISTAKE = "batchnorm", "statistics-as-constants"
TIMES = re.compile(r"Takes [\s\S]*? ms|Clock [\d:]+|[Cc]hecked in [\d.]+ s")


def table_of_katas() -> str:
    """All katas in the order of `kata list`, as a Markdown table."""
    rows = ["| kata | what | topic | difficulty | par | checks | mistakes it knows |", "|---|---|---|---|---|---|---|"]
    katas = catalog.all_katas()
    mistakes = {kata.name: len(load_bank(kata.module)) for kata in katas}
    rows += [
        f"| `{k.name}` | {k.title} | {k.topic} | {k.difficulty} | {k.par_minutes} min | {k.checks} | {mistakes[k.name]} |"
        for k in katas
    ]
    total = f"{len(katas)} katas, {sum(k.checks for k in katas)} checks, {sum(mistakes.values())} mistakes."
    return "\n".join([*rows, "", total])


def recorded_session() -> str:
    """A real session of 80 columns: a kata, checked with a mistake planted, then fixed."""
    kata = catalog.find(SESSION_KATA)
    mistake = find_mistake(kata.module, SESSION_MISTAKE)
    script = shutil.which("kata", path=sysconfig.get_path("scripts")) or "kata"
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
    environment.pop("KATA_WORKSPACE", None)
    lines: list[str] = []

    def run(*arguments: str, shown: int | None = None) -> None:
        answer = subprocess.run([script, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
        text = [line.rstrip() for line in answer.stdout.rstrip().splitlines()]
        lines.extend([f"$ kata {' '.join(arguments)}", *(text[-shown:] if shown else text), ""])

    with tempfile.TemporaryDirectory() as folder:
        run("start", kata.name, shown=2)
        (Path(folder) / kata.file_name).write_text(plant([mistake]))
        run("check")
        (Path(folder) / kata.file_name).write_text(kata.reference_file.read_text())
        run("check")
    return "```text\n" + "\n".join(lines).rstrip() + "\n```"


PARTS = {"katas": table_of_katas, "session": recorded_session}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    before = after = README.read_text(encoding="utf-8")
    for name, write in PARTS.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        if not pattern.search(after):
            print(f"README.md has no part <!-- {name} -->")
            return 1
        text = write()
        after = pattern.sub(lambda match, text=text: f"{match[1]}\n{text}\n\n{match[2]}", after)  # type: ignore[misc]
    if arguments.check:
        same = TIMES.sub("#", before) == TIMES.sub("#", after)
        print("README.md is up to date" if same else "README.md is out of date: run python benchmarks/readme.py")
        return 0 if same else 1
    README.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
