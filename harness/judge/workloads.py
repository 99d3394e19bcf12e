"""What workloads are written with: `katas/NAME/workload.py` sets up what `timing` measures."""

from __future__ import annotations

from typing import Any

import numpy as np

SCALE = 0.1


def redraw(owner: Any, rng: np.random.Generator, *names: str) -> None:
    """Give a layer's or a network's parameters new random values, so that every correct solution has the same.

    The order in which a constructor draws them is up to the solution, and what comes back while it is timed is compared with
    the reference's.

    Args:
        owner: the solution's object.
        rng: of the workload.
        names: the attributes to assign, arrays or dicts of arrays.
    """
    for name in names:
        value = getattr(owner, name)
        if isinstance(value, dict):
            setattr(owner, name, {key: _drawn(key, value[key], rng) for key in sorted(value)})
        else:
            setattr(owner, name, _drawn(name, value, rng))


def _drawn(name: str, value: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return ("gamma" in name) + SCALE * rng.normal(size=value.shape)
