"""The references against PyTorch: outputs and gradients in golden files that `benchmarks/torch_golden.py` writes.

PyTorch itself is not needed here. What a file's cases are stands in `benchmarks/golden/NAME.py`.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from benchmarks import beside_torch

FILES = Path(__file__).parent / "golden" / "torch"
CASES = Path(__file__).parent.parent / "benchmarks" / "golden"
NAMES = sorted(file.stem for file in CASES.glob("*.py") if file.stem != "__init__")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"golden_cases_{name}", CASES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_kata_has_its_file() -> None:
    assert sorted(file.stem for file in FILES.glob("*.json")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_reference_agrees_with_torch(name: str) -> None:
    module = load(name)
    golden = json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))
    assert set(golden) == set(module.cases(np.random.default_rng(0)))
    for case, sides in golden.items():
        got = module.by_reference({key: np.array(value) for key, value in sides["in"].items()})
        assert set(got) == set(sides["out"])
        for key, expected in sides["out"].items():
            assert np.shape(got[key]) == np.shape(expected), f"{case}: {key}"
            np.testing.assert_allclose(got[key], expected, rtol=1e-11, atol=1e-12, err_msg=f"{case}: {key}")


def test_readme_compares_the_time_of_every_case_with_pytorchs() -> None:
    table = beside_torch.README.read_text(encoding="utf-8").partition(beside_torch.BEGIN)[2].partition(beside_torch.END)[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    assert [row[0] for row in rows] == [case.label for case in beside_torch.CASES]
    assert all(float(cell) > 0 for row in rows for cell in row[1:])
    assert {len(row) for row in rows} == {5}
