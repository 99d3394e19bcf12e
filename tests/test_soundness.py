"""`kata dev new` writes a sound kata, and `kata dev check` finds what is wrong with an unsound one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import katas

PACKAGES = Path(katas.__file__).parents[1]
RUN = "import sys; from harness.cli import run; sys.exit(run(sys.argv[1:]))"


def kata(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with the katas and references of a checkout in place of the installed ones."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-c", RUN, *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def scaffold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with one existing kata and one new kata, as `kata dev new` wrote it; not to be changed."""
    made = tmp_path_factory.mktemp("scaffold")
    for package in ("katas", "reference"):
        (made / package).mkdir()
        shutil.copy(PACKAGES / package / "__init__.py", made / package)
    shutil.copytree(PACKAGES / "katas" / "relu", made / "katas" / "relu")
    shutil.copy(PACKAGES / "reference" / "relu.py", made / "reference")
    answer = kata(made, "dev", "new", "layer-norm", "--topic", "normalisation", "--title", "Layer normalisation")
    assert answer.returncode == 0, answer.stderr
    return made


@pytest.fixture
def checkout(scaffold: Path, tmp_path: Path) -> Path:
    """A copy of that checkout."""
    return shutil.copytree(scaffold, tmp_path / "checkout")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_scaffold_is_sound_as_it_is_written(checkout: Path) -> None:
    answer = kata(checkout, "dev", "check", "layer-norm")
    assert answer.returncode == 0, answer.stdout
    heads, row = (line.replace(" ms", "ms").split() for line in answer.stdout.splitlines())
    shown = dict(zip(heads, row, strict=True))
    assert shown["kata"] == "layer-norm"
    assert 0 < float(shown["fail"]) < float(shown["checks"])
    assert (checkout / "tests/right_solutions/layer_norm/loops.py").exists()


@pytest.mark.parametrize("name", ["relu", "layer_norm", "Layer Norm", "../evil", "9lives", ""])
def test_scaffold_refuses_taken_and_impossible_names(checkout: Path, name: str) -> None:
    before = sorted(checkout.rglob("*"))
    answer = kata(checkout, "dev", "new", name)
    assert answer.returncode == 2
    assert answer.stderr.startswith("kata: ")
    assert answer.stdout == ""
    assert [p for p in sorted(checkout.rglob("*")) if "__pycache__" not in str(p)] == [
        p for p in before if "__pycache__" not in str(p)
    ]


def test_scaffold_refuses_a_folder_that_is_no_checkout(tmp_path: Path) -> None:
    answer = kata(tmp_path, "dev", "new", "layer-norm")
    assert answer.returncode == 2
    assert "run this in a checkout" in answer.stderr


TEST = "katas/layer_norm/test_layer_norm.py"
MISTAKES = "katas/layer_norm/mistakes.md"
METADATA = "katas/layer_norm/kata.toml"
STATEMENT = "katas/layer_norm/statement.md"
REFERENCE = "reference/layer_norm.py"
OWN_CHECK = """class TestForward(Forward, layer=LAYER):
    def test_own(self, solution: Any, rng: np.random.Generator) -> None:
        \"\"\"a check of this kata\"\"\"
        %s
"""

DEFECTS = {
    "wrong reference": (
        REFERENCE,
        "        # dy/dx = 2x",
        "        d_out = 1.5 * d_out",
        "the reference fails TestGradient",
    ),
    "imprecise reference": (
        REFERENCE,
        "        # dy/dx = 2x",
        "        d_out = d_out * (1 + 3e-11)",
        "gradient error",
    ),
    "mistake that is none": (MISTAKES, "return self._x * d_out", "return self._x * 2 * d_out", "loses no points"),
    "mistake without explanation": (
        MISTAKES,
        "The factor 2 is missing in `backward`.\n\nThe derivative of `x**2` is `2 * x`. "
        "Common where the loss has a factor 1/2 that cancels it.\n",
        "",
        "mistake missing-factor-two, line 3 of mistakes.md: it has no explanation",
    ),
    "mistake of an unknown kind": (
        MISTAKES,
        "Tags: wrong-factor",
        "Tags: slip",
        "line 5 of mistakes.md: there is no tag 'slip'",
    ),
    "stale mistake": (
        REFERENCE,
        "return 2 * self._x * d_out",
        "return d_out * 2 * self._x",
        "layer_norm: mistake missing-factor-two, line 12 of mistakes.md: `return 2 * self._x * d_out` must stand",
    ),
    "check that nothing fails": (
        TEST,
        "class TestForward(Forward, layer=LAYER): ...",
        OWN_CHECK % "solution.LayerNorm().forward(np.ones(3))",
        "no mistake of the bank fails the check TestForward::test_own",
    ),
    "check that the stub passes": (
        TEST,
        "class TestForward(Forward, layer=LAYER): ...",
        OWN_CHECK % "assert rng is not None",
        "the untouched stub passes TestForward::test_own",
    ),
    "slow check": (
        TEST,
        "class TestForward(Forward, layer=LAYER): ...",
        OWN_CHECK % "_ = solution.LayerNorm(), [rng.normal(size=10**6) for _ in range(30)]",
        "takes",
    ),
    "error that no rejection checks": (
        STATEMENT,
        "| `forward(x)` | `x` has no axes |",
        "| `forward(x)` | `x` has no axes |\n| `forward(x)` | `x` is empty |",
        "the statement's error `forward(x)`, `x` is empty, is checked by no rejection",
    ),
    "rejection that is not stated": (
        STATEMENT,
        "| `forward(x)` | `x` has no axes |\n",
        "",
        "the rejection `forward(x)`, `x` has no axes, is not in the statement's table of errors",
    ),
    "statement without the rules": (STATEMENT, "`kata show --rules`", "a page", "does not name the page of common rules"),
    "wrong number of checks": (METADATA, "checks = 12", "checks = 13", "declares 13 checks, but 12 were found"),
    "points of no group": (METADATA, "robustness = 10", "speed = 10", "gives points to"),
    "too many points for errors": (
        METADATA,
        "robustness = 10\nlayouts = 5\nerrors = 5",
        "robustness = 5\nlayouts = 5\nerrors = 10",
        "the group errors is worth 10 points, more than 5",
    ),
    "too few hints": (METADATA, '[[hints]]\ngroup = "forward"\ntext = """\nWhere to begin.\n"""\n', "", "3 hints"),
    "needs nothing that exists": (METADATA, "needs = []", 'needs = ["alchemy"]', "'alchemy', which is no kata"),
    "needs itself": (METADATA, "needs = []", 'needs = ["layer-norm"]', "leads back to the kata itself"),
    "workload that fails": (
        "katas/layer_norm/workload.py",
        "layer.forward(x)",
        "layer.forwards(x)",
        "the workload does not run",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_defect_is_reported(checkout: Path, defect: str) -> None:
    file, old, new, message = DEFECTS[defect]
    edit(checkout / file, old, new)
    if file == TEST:
        edit(checkout / TEST, "import numpy as np\n", "from typing import Any\n\nimport numpy as np\n")
        edit(checkout / METADATA, "checks = 12", "checks = 13")
    answer = kata(checkout, "dev", "check", "layer-norm", "--seeds", "1")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert message in answer.stdout


def test_points_that_do_not_add_up_are_refused(checkout: Path) -> None:
    edit(checkout / "katas/layer_norm/kata.toml", "forward = 40", "forward = 50")
    answer = kata(checkout, "dev", "check", "layer-norm")
    assert answer.returncode != 0
    assert "110, not 100" in answer.stdout + answer.stderr
