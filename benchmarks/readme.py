"""Writes the generated parts of the README: the picture, the path, the recorded session and the table of katas.

    python benchmarks/readme.py            # write them again
    python benchmarks/readme.py --check    # fail if they are not what this would write

A part stands between `<!-- NAME -->` and `<!-- end NAME -->`. Times differ from run to run, so they are compared as such.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import find_mistake, load_bank

README = Path(__file__).parents[1] / "README.md"
PICTURE = README.parent / "docs" / "session.svg"
SESSION_KATA, SESSION_MISTAKE = "batchnorm", "statistics-as-constants"
TIMES = re.compile(r"Takes [\s\S]*? ms(?:,\s+the\s+reference\s+[\d.]+\s+ms)?|Clock [\d:]+|[Cc]hecked in [\d.]+ s")


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


def path_to_gpt() -> str:
    """The katas on the way to a transformer, each after those that it needs, as one line."""
    steps = ["softmax", "attention", "causal-mask", "multi-head-attention", "rope", "kv-cache", "transformer-block", "gpt"]
    return " → ".join(f"`{catalog.find(name).name}`" for name in steps)


def run_session(colour: bool) -> str:
    """A real session of 80 columns: a kata, checked with a mistake planted, explained, then fixed."""
    kata = catalog.find(SESSION_KATA)
    mistake = find_mistake(kata.module, SESSION_MISTAKE)
    script = shutil.which("kata", path=sysconfig.get_path("scripts")) or "kata"
    looks = {"FORCE_COLOR": "1", "TERM": "xterm-256color"} if colour else {"NO_COLOR": "1"}
    environment = {**os.environ, "COLUMNS": "80", **looks}
    environment.pop("KATA_WORKSPACE", None)
    lines: list[str] = []

    def run(*arguments: str, since: str = "") -> None:
        answer = subprocess.run([script, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
        text = [line.rstrip() for line in answer.stdout.rstrip().splitlines()]
        command = f"$ kata {' '.join(arguments)}"
        first = next(number for number, line in enumerate(text) if since in line)
        lines.extend([f"\x1b[1m{command}\x1b[0m" if colour else command, *text[first:], ""])

    with tempfile.TemporaryDirectory() as folder:
        run("start", kata.name, since=f"Wrote {kata.file_name}")
        (Path(folder) / kata.file_name).write_text(plant([mistake]))
        run("check")
        run("why")
        (Path(folder) / kata.file_name).write_text(kata.reference_file.read_text())
        run("check")
    return "\n".join(lines).rstrip()


def recorded_session() -> str:
    """The session as text."""
    return f"```text\n{run_session(colour=False)}\n```"


def picture() -> str:
    """The session as a picture of a terminal."""
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(run_session(colour=True)))
    return console.export_svg(title="kata", unique_id="kata")


PARTS = {"path": path_to_gpt, "katas": table_of_katas, "session": recorded_session}


def _words(svg: str) -> str:
    """What a picture says, without its times."""
    text = " ".join(re.findall(r">([^<>]+)</text>", svg)).replace("&#160;", " ")
    return TIMES.sub("#", re.sub(r"\s+", " ", text))


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
    drawn = picture()
    if arguments.check:
        same = TIMES.sub("#", before) == TIMES.sub("#", after)
        same = same and PICTURE.exists() and _words(PICTURE.read_text(encoding="utf-8")) == _words(drawn)
        print("README.md is up to date" if same else "README.md is out of date: run python benchmarks/readme.py")
        return 0 if same else 1
    README.write_text(after, encoding="utf-8")
    PICTURE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
