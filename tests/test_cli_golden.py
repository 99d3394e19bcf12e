"""The screen of `kata check`, to the letter, at 60 and 100 columns, with times and clocks made equal.

`KATA_WRITE_GOLDEN=1 pytest tests/test_cli_golden.py` writes the files anew; look at what changed before you keep it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import catalog
from harness.authoring.hunts import plant
from harness.authoring.stub import make_stub
from harness.judge.bank import find_mistake

Run = Callable[..., subprocess.CompletedProcess[str]]

GOLDEN = Path(__file__).with_name("golden")
LINEAR = catalog.load("linear")
REFERENCE = LINEAR.reference_file.read_text(encoding="utf-8")
HANGS_AND_CRASHES = '''"""Takes the process along when it sees a single row, and hangs in backward."""
import os

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        rng = rng or np.random.default_rng()
        self.weight = rng.normal(0, (2 / in_features) ** 0.5, (in_features, out_features))
        self.bias = np.zeros(out_features)

    def forward(self, x):
        if len(x) == 1:
            os._exit(7)
        return x @ self.weight + self.bias

    def backward(self, d_out):
        while True: pass
'''


PRINTS = REFERENCE.replace(
    "        return x @",
    "        print('x has shape', x.shape)\n"
    "        print('one long line', *range(40))\n"
    "        print('\\033[31mred\\033[0m\\ttab')\n"
    "        return -x @",
)


def planted(name: str) -> str:
    """The reference with that mistake of the bank."""
    return plant([find_mistake("linear", name)])


SCREENS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "stub": (make_stub(LINEAR), 1, ()),
    "mistake": (planted("averaged-bias-gradient"), 1, ()),
    "explained": (planted("averaged-bias-gradient"), 1, ("--explain",)),
    "passed": (REFERENCE, 0, ()),
    "timeout_and_crash": (HANGS_AND_CRASHES, 1, ()),
    "printed": (PRINTS, 1, ()),
}


def normalised(screen: str) -> str:
    """The screen without what differs from run to run: clock and times."""
    screen = re.sub(r"Clock \d+:\d\d of", "Clock M:SS of", screen)
    screen = re.sub(r"hecked in \d+\.\d\d s", "hecked in T.TT s", screen)
    takes = re.compile(
        r"Takes\s+[\d.]+\s+times\s+as\s+long\s+as\s+the\s+reference\s+\([\d.]+\s+to\s+[\d.]+\):\s+[\d.]+\s+ms,\s+the\s+reference\s+[\d.]+\s+ms"
    )
    screen = takes.sub("Takes R times as long as the reference (LOW to HIGH): T ms, the reference T ms", screen)
    return "".join(f"{line.rstrip()}\n" for line in screen.splitlines())


@pytest.mark.parametrize("columns", [60, 100])
@pytest.mark.parametrize("name", SCREENS)
def test_screen(kata: Run, tmp_path: Path, name: str, columns: int) -> None:
    solution, code, options = SCREENS[name]
    assert kata("start", "linear").returncode == 0
    (tmp_path / "linear.py").write_text(solution, encoding="utf-8")
    done = kata("check", "--timeout", "1", "--sandbox", "none", *options, columns=columns)
    assert (done.returncode, done.stderr) == (code, "")
    golden = GOLDEN / f"{name}_{columns}.txt"
    if os.environ.get("KATA_WRITE_GOLDEN"):
        golden.write_text(normalised(done.stdout), encoding="utf-8")
    assert normalised(done.stdout) == golden.read_text(encoding="utf-8")
