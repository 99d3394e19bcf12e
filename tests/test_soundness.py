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


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one existing kata and one new kata, as the scaffold wrote it."""
    for package in ("katas", "reference"):
        (tmp_path / package).mkdir()
        shutil.copy(PACKAGES / package / "__init__.py", tmp_path / package)
    shutil.copytree(PACKAGES / "katas" / "relu", tmp_path / "katas" / "relu")
    shutil.copy(PACKAGES / "reference" / "relu.py", tmp_path / "reference")
    made = kata(tmp_path, "dev", "new", "layer-norm", "--topic", "normalisation", "--title", "Layer normalisation")
    assert made.returncode == 0, made.stderr
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_scaffold_is_sound_as_it_is_written(checkout: Path) -> None:
    answer = kata(checkout, "dev", "check", "layer-norm")
    assert answer.returncode == 0, answer.stdout
    assert "layer-norm" in answer.stdout
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


DEFECTS = {
    "wrong reference": (
        "reference/layer_norm.py",
        "return 2 * self._x",
        "return 3 * self._x",
        "the reference fails TestGradient",
    ),
    "imprecise reference": (
        "reference/layer_norm.py",
        "return 2 * self._x * d_out",
        "return 2 * self._x * d_out * (1 + 3e-11)",
        "gradient error",
    ),
    "mistake that is none": (
        "katas/layer_norm/mistakes.py",
        "return self._x * d_out",
        "return self._x * 2 * d_out",
        "loses no points",
    ),
    "mistake without explanation": (
        "katas/layer_norm/mistakes.py",
        '    """The factor 2 is missing in backward.\n\n    The derivative of x**2 is 2x. '
        'Common where the loss has a factor 1/2 that cancels it.\n    """\n',
        '    """"""\n',
        "has no explanation",
    ),
    "check that nothing fails": (
        "katas/layer_norm/test_layer_norm.py",
        "        out = solution.LayerNorm().forward(x)\n",
        "        solution.LayerNorm()\n        out = LayerNorm().forward(x)\n",
        "no mistake of the bank fails the check TestRobustness::test_float32",
    ),
    "check that the stub passes": (
        "katas/layer_norm/test_layer_norm.py",
        "        x = rng.normal(size=(3, 4)).astype(np.float32)\n",
        "        return\n        x = rng.normal(size=(3, 4)).astype(np.float32)\n",
        "the untouched stub passes TestRobustness::test_float32",
    ),
    "slow check": (
        "katas/layer_norm/test_layer_norm.py",
        "        x = rng.normal(size=(3, 4)).astype(np.float32)\n",
        "        x = rng.normal(size=(3, 4)).astype(np.float32)\n        _ = [rng.normal(size=10**6) for _ in range(30)]\n",
        "takes",
    ),
    "wrong number of checks": (
        "katas/layer_norm/kata.toml",
        "checks = 7",
        "checks = 8",
        "declares 8 checks, but 7 were found",
    ),
    "points of no group": ("katas/layer_norm/kata.toml", "robustness = 20", "speed = 20", "gives points to"),
    "too few hints": ("katas/layer_norm/kata.toml", '  """\nWhere to begin.\n""",\n', "", "3 hints"),
    "needs nothing that exists": (
        "katas/layer_norm/kata.toml",
        "needs = []",
        'needs = ["attention"]',
        "'attention', which is no kata",
    ),
    "needs itself": ("katas/layer_norm/kata.toml", "needs = []", 'needs = ["layer-norm"]', "leads back to the kata itself"),
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
    answer = kata(checkout, "dev", "check", "layer-norm")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert message in answer.stdout


def test_points_that_do_not_add_up_are_refused(checkout: Path) -> None:
    edit(checkout / "katas/layer_norm/kata.toml", "forward = 40", "forward = 50")
    answer = kata(checkout, "dev", "check", "layer-norm")
    assert answer.returncode != 0
    assert "110, not 100" in answer.stdout + answer.stderr
