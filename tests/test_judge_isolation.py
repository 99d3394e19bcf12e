"""Nothing in the learner's folder or environment has a say in how their solution is judged.

Each test lays a trap that is shown to work on an ordinary program started in that folder, and then runs the real
`kata check` there: the trap must not be sprung, and the verdict must be the one of an empty folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Kata = Callable[..., subprocess.CompletedProcess[str]]
KATA = Path(sysconfig.get_path("scripts")) / "kata"

# Half right, so that a judge that has been talked into leniency or into severity shows it.
SOLUTION = """
import numpy as np

class ReLU:
    def forward(self, x):
        self._positive = x > 0
        return np.where(self._positive, x, 0 * x)

    def backward(self, d_out):
        return d_out * 2 * self._positive
"""


def judged(kata: Kata, *arguments: str, **environment: str) -> dict[str, Any]:
    """The verdict on the solution in the test's folder, without what depends on the clock."""
    done = kata("check", "relu", "--json", "--no-timing", *arguments, **environment)
    assert (done.returncode, done.stderr) == (1, "")
    verdict: dict[str, Any] = json.loads(done.stdout)
    verdict["check_seconds"] = None
    for group in verdict["groups"]:
        for check in group["checks"]:
            check["seconds"] = None
    return verdict


def spring(folder: Path, program: list[str], **environment: str) -> None:
    """Run an ordinary Python program in the folder."""
    subprocess.run(
        [sys.executable, *program],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


class Trap:
    """Code that, when it runs, leaves a witness."""

    def __init__(self, folder: Path) -> None:
        self._witness = folder / "witness"
        self.code = f"open({str(self._witness)!r}, 'w').close()\n"

    def was_sprung(self) -> bool:
        """Whether it ran since the last time of asking."""
        sprung = self._witness.exists()
        self._witness.unlink(missing_ok=True)
        return sprung


@pytest.fixture
def trap(tmp_path_factory: pytest.TempPathFactory) -> Trap:
    return Trap(tmp_path_factory.mktemp("trap"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The learner's folder, with a solution in it; a test to be found by an ordinary pytest lies beside it."""
    (tmp_path / "relu.py").write_text(SOLUTION)
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n")
    return tmp_path


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The verdict where no trap is laid."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "relu.py").write_text(SOLUTION)

    def kata(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([KATA, *arguments], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    verdict = judged(kata)
    assert 0 < verdict["score"] < 100
    return verdict


PYTEST = ["-m", "pytest", "-p", "no:cacheprovider"]
HOSTILE_PLUGIN = """
def pytest_collection_modifyitems(items):
    items.clear()

def pytest_runtest_protocol(item):
    return True
"""


def test_conftest(kata: Kata, folder: Path, expected: dict[str, Any], trap: Trap) -> None:
    (folder / "conftest.py").write_text(trap.code + HOSTILE_PLUGIN)
    spring(folder, PYTEST)
    assert trap.was_sprung()
    assert judged(kata) == expected
    assert not trap.was_sprung()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\npythonpath = .\naddopts = -p hostile\n"),
        ("setup.cfg", "[tool:pytest]\npythonpath = .\naddopts = -p hostile\n"),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-p hostile"\n'),
    ],
)
def test_settings_file(kata: Kata, folder: Path, expected: dict[str, Any], trap: Trap, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / "hostile.py").write_text(trap.code + HOSTILE_PLUGIN)
    spring(folder, PYTEST)
    assert trap.was_sprung()
    assert judged(kata) == expected
    assert not trap.was_sprung()


@pytest.mark.parametrize(("variable", "value"), [("PYTEST_ADDOPTS", "-p hostile"), ("PYTEST_PLUGINS", "hostile")])
def test_pytests_variables(
    kata: Kata, folder: Path, expected: dict[str, Any], trap: Trap, variable: str, value: str
) -> None:
    (folder / "hostile.py").write_text(trap.code + HOSTILE_PLUGIN)
    environment = {variable: value, "PYTHONPATH": str(folder)}
    spring(folder, PYTEST, **environment)
    assert trap.was_sprung()
    assert judged(kata, **environment) == expected
    assert not trap.was_sprung()


@pytest.mark.usefixtures("folder")
def test_variables_that_would_hide_the_checks(kata: Kata, expected: dict[str, Any]) -> None:
    assert judged(kata, PYTEST_ADDOPTS="--collect-only -k nothing --maxfail=1", PYTEST_DEBUG="1") == expected


def test_installed_plugin(kata: Kata, folder: Path, expected: dict[str, Any], trap: Trap) -> None:
    """A plugin announces itself by an entry point of its distribution, wherever that lies on the path."""
    (folder / "hostile.py").write_text(trap.code + HOSTILE_PLUGIN)
    announced = folder / "hostile-1.0.dist-info"
    announced.mkdir()
    (announced / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1.0\n")
    (announced / "entry_points.txt").write_text("[pytest11]\nhostile = hostile\n")
    spring(folder, PYTEST, PYTHONPATH=str(folder))
    assert trap.was_sprung()
    assert judged(kata, PYTHONPATH=str(folder)) == expected
    assert not trap.was_sprung()


@pytest.mark.parametrize("name", ["numpy", "pytest", "json", "reference"])
def test_module_lying_in_the_folder(kata: Kata, folder: Path, expected: dict[str, Any], trap: Trap, name: str) -> None:
    (folder / f"{name}.py").write_text(trap.code)
    spring(folder, ["-c", f"import {name}"])
    assert trap.was_sprung()
    assert judged(kata) == expected
    assert not trap.was_sprung()


def test_packages_lying_in_the_folder(kata: Kata, folder: Path, expected: dict[str, Any], trap: Trap) -> None:
    """A folder of that name, as in a clone of this project, is not taken for the installed package either."""
    for name in ("reference", "katas"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(trap.code)
    spring(folder, ["-c", "import reference"])
    assert trap.was_sprung()
    assert judged(kata) == expected
    assert not trap.was_sprung()


def test_the_workers_python_ignores_the_environment(kata: Kata, folder: Path, expected: dict[str, Any], trap: Trap) -> None:
    """The judge runs in the learner's Python and heeds PYTHONPATH; the process with the solution does not."""
    (folder / "relu.py").write_text("import sys\nprint(sys.flags.isolated, sys.flags.no_site, sys.path)\n" + SOLUTION)
    verdict = judged(kata, PYTHONPATH=str(folder))
    assert verdict["output"].startswith("1 1 [")
    assert str(folder) not in verdict["output"]
    assert verdict["groups"] == expected["groups"]


@pytest.mark.usefixtures("folder")
def test_warnings_made_errors(kata: Kata, expected: dict[str, Any]) -> None:
    assert judged(kata, PYTHONWARNINGS="error") == expected


def test_the_file_that_is_judged_is_the_one_that_is_named(kata: Kata, folder: Path, expected: dict[str, Any]) -> None:
    """The reference and the file of the workspace are never judged in its place."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.py").write_text("class ReLU:\n    pass\n")
    verdict = judged(kata, "--file", "elsewhere/mine.py")
    assert verdict["file"] == "elsewhere/mine.py"
    assert verdict["score"] == 0
    assert judged(kata)["file"] == "relu.py"
