"""step against `torch.heaviside` with 0 at 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.step import step

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Both signs, and 0 itself."""
    x = rng.normal(size=(3, 4))
    x[1, 2] = 0.0
    return {"plain": {"x": x}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x = torch.tensor(arrays["x"])
    return {"out": torch.heaviside(x, torch.zeros_like(x))}


def by_reference(arrays: Arrays) -> Arrays:
    return {"out": step(arrays["x"])}
