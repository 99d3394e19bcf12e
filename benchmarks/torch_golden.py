"""Writes the golden files that hold our references to PyTorch: `tests/golden/torch/NAME.json`, a few kB each.

    python benchmarks/torch_golden.py [NAME ...]

Needs PyTorch, which neither the program nor its tests need: `tests/test_torch_golden.py` reads the files. What is
computed for a kata stands in `benchmarks/golden/NAME.py`. A file whose values have not changed is left as it is.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "benchmarks" / "golden"
FILES = ROOT / "tests" / "golden" / "torch"
SEED = 20240229
# rounding differs from one PyTorch to the next: a file is rewritten for more than that
ROUNDING = 1e-13

Golden = dict[str, dict[str, dict[str, np.ndarray]]]


def compute(torch: Any, module: ModuleType) -> Golden:
    """For each case of a kata the arrays that go `in`, and those that PyTorch gives `out`."""
    return {
        case: {
            "in": {name: np.asarray(value) for name, value in inputs.items()},
            "out": {name: value.detach().numpy() for name, value in module.by_torch(torch, inputs).items()},
        }
        for case, inputs in module.cases(np.random.default_rng(SEED)).items()
    }


def as_text(golden: Golden) -> str:
    """JSON with one line for each array, in full precision."""
    cases = []
    for case, sides in golden.items():
        parts = []
        for side, arrays in sides.items():
            lines = (f"   {json.dumps(name)}: {json.dumps(value.tolist())}" for name, value in arrays.items())
            parts.append(f'  "{side}": {{\n' + ",\n".join(lines) + "\n  }")
        cases.append(f" {json.dumps(case)}: {{\n" + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(cases) + "\n}\n"


def same(old: Any, new: Any) -> bool:
    """Whether two trees of dicts and lists hold the same, but for rounding."""
    if isinstance(old, dict) and isinstance(new, dict):
        return list(old) == list(new) and all(same(old[key], new[key]) for key in old)
    return np.shape(old) == np.shape(new) and np.allclose(old, new, rtol=ROUNDING, atol=ROUNDING)


def main() -> None:
    known = sorted(file.stem for file in CASES.glob("*.py") if file.stem != "__init__")
    parser = argparse.ArgumentParser(description="Write the golden files of PyTorch.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a kata's file in benchmarks/golden; all by default")
    names = parser.parse_args().names or known
    if unknown := sorted(set(names) - set(known)):
        parser.error(f"no file benchmarks/golden/{unknown[0]}.py")
    try:
        torch: Any = importlib.import_module("torch")
    except ModuleNotFoundError:
        sys.exit("PyTorch is not installed here; `pip install torch` into an environment of its own, and run this again.")
    sys.path.insert(0, str(ROOT))
    torch.set_default_dtype(torch.float64)
    FILES.mkdir(parents=True, exist_ok=True)
    for name in names:
        text = as_text(compute(torch, importlib.import_module(f"benchmarks.golden.{name}")))
        file = FILES / f"{name}.json"
        if file.exists() and same(json.loads(file.read_text(encoding="utf-8")), json.loads(text)):
            print(f"{name}: unchanged")
        else:
            file.write_text(text, encoding="utf-8")
            print(f"{name}: written, {len(text)} bytes, PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
