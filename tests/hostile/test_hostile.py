"""Every hostile solution gets the outcome it must get, in every sandbox this machine has, as this user and as another.

`attacks.py` is the manifest, `run.py` runs it. Nothing scores, nothing hangs, nothing is left running, and the judge
never fails.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from attacks import DISTURBANCES, FORGERIES, REACHES, table

from harness.sandbox import landlock
from harness.sandbox.spawn import bwrap_works, python

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOBODY = "65534"
EVERYTHING = os.environ.get("KATA_HOSTILE") == "all"  # in each sandbox, as each user; else the rest only where it matters
ALL = {attack.name: attack for attack in (*REACHES, *DISTURBANCES, *FORGERIES)}
MAX_PEAK_MIB = 1024
RUNS = 4
LANDLOCK, BWRAP = landlock.version() > 0, bwrap_works()
SANDBOXES = [
    "none",
    pytest.param("landlock", marks=pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")),
    pytest.param("bwrap", marks=pytest.mark.skipif(not BWRAP, reason="bubblewrap is not usable on this machine")),
    pytest.param("landlock+bwrap", marks=pytest.mark.skipif(not (LANDLOCK and BWRAP), reason="one of the two is missing")),
]


def assert_outcomes(sandbox: str, prefix: list[str], everything: bool) -> list[dict[str, Any]]:
    """Have `run.py` run all attacks, or those that a sandbox has to stop; gives what each run of it says in the end.

    Most attacks wait for a deadline, so several runs share them and wait at the same time.
    """
    expected = [a for a in (ALL.values() if everything else REACHES) if sandbox != "none" or a.harmless]
    names = [attack.name for attack in sorted(expected, key=lambda attack: attack.family)]
    command = [*prefix, sys.executable, str(HERE / "run.py"), sandbox]
    number = RUNS if everything else 1
    with ThreadPoolExecutor(number) as pool:
        runs = list(pool.map(lambda part: _run([*command, *part]), (names[i::number] for i in range(number))))
    found, summaries = {}, []
    for done in runs:
        assert done.returncode == 0, done.stderr
        *lines, summary = map(json.loads, done.stdout.splitlines())
        found.update({line["name"]: line for line in lines})
        summaries.append(summary)
        assert summary["left"] == 0
        assert summary["peak"] < MAX_PEAK_MIB
    assert sorted(found) == sorted(names)
    assert wrong(sandbox, found) == []
    return summaries


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1500, stdin=subprocess.DEVNULL)


def as_nobody() -> list[str]:
    """A command prefix: run what follows as an ordinary user, who may find Python in a folder that only root can enter."""
    script = ["set -e"]
    for number, needed in enumerate({Path(python()).parents[1], Path(sys.prefix), ROOT}):
        closed = next((folder for folder in reversed(needed.parents) if not folder.stat().st_mode & 0o001), None)
        if closed is not None:  # only in the new mount namespace does it look like this
            script += [
                f"mkdir -p /tmp/kata-hostile-{number}",
                f"mount --bind {needed} /tmp/kata-hostile-{number}",
                f"mountpoint -q {closed} || mount -t tmpfs -o mode=755 tmpfs {closed}",
                f"mkdir -p {needed}",
                f"mount --bind /tmp/kata-hostile-{number} {needed}",
            ]
    script.append(f'exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups env HOME=/tmp "$@"')
    return ["unshare", "--mount", "sh", "-c", "\n".join(script), "sh"]


def can_be_nobody() -> bool:
    """Whether this user may become another one."""
    if os.getuid() != 0 or not (shutil.which("unshare") and shutil.which("setpriv")):
        return False
    return subprocess.run([*as_nobody(), sys.executable, "-c", "import harness"], capture_output=True).returncode == 0


def wrong(sandbox: str, found: dict[str, dict[str, Any]]) -> list[str]:
    """What went otherwise than it must, a line for each."""
    problems = []
    for name, line in found.items():
        attack = ALL[name]
        wanted = ("reached",) if sandbox == "none" and attack in REACHES else attack.outcomes
        if line["outcome"] not in wanted:
            problems.append(f"{name}: {line['outcome']} instead of {' or '.join(wanted)}: {line['message']}")
        if line["after"] != "passed" and attack.family != "interpreter":  # whose next check finds what this one broke
            problems.append(f"{name}: the next check came out as {line['after']}")
        if line["left"]:
            problems.append(f"{name}: {line['left']} processes were left")
        if line["seconds"] > attack.timeout + 10:
            problems.append(f"{name}: took {line['seconds']:.0f} s")
        if any(f"raised {slip}" in line["message"] for slip in ("NameError", "SyntaxError", "IndentationError")):
            problems.append(f"{name}: is no attack, but a slip: {line['message']}")
    return problems


def test_there_are_enough_of_them() -> None:
    assert len(ALL) == len(REACHES) + len(DISTURBANCES) + len(FORGERIES) >= 250
    assert min(Counter(attack.family for attack in ALL.values()).values()) >= 6


def test_counts_that_security_md_quotes() -> None:
    assert table() in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_as_this_user(sandbox: str) -> None:
    assert_outcomes(sandbox, [], everything=EVERYTHING or sandbox in ("none", "landlock+bwrap"))


@pytest.mark.slow
@pytest.mark.skipif(not can_be_nobody(), reason="only root can become another user")
@pytest.mark.parametrize("sandbox", SANDBOXES if EVERYTHING else SANDBOXES[-1:])
def test_as_an_ordinary_user(sandbox: str) -> None:
    summaries = assert_outcomes(sandbox, as_nobody(), everything=EVERYTHING)
    assert {summary["user"] for summary in summaries} == {int(NOBODY)}
