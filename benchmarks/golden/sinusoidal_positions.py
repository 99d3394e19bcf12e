"""sinusoidal-positions against complex powers: the imaginary and the real part of `torch.polar`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.sinusoidal_positions import sinusoidal_positions

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Even and odd numbers of features, a single one, and another base."""
    sizes = {"even": (5, 6, 10000), "odd": (4, 7, 10000), "single": (3, 1, 10000), "base": (int(rng.integers(6, 9)), 4, 50)}
    return {
        name: {"length": np.array(n), "dim": np.array(d), "base": np.array(base)} for name, (n, d, base) in sizes.items()
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    length, dim, base = (int(arrays[name]) for name in ("length", "dim", "base"))
    wavelengths = base ** (torch.arange(0, dim, 2) / dim)
    angle = torch.outer(torch.arange(length, dtype=torch.float64), 1 / wavelengths)
    turned = torch.polar(torch.ones_like(angle), angle)
    return {"out": torch.stack([turned.imag, turned.real], dim=-1).flatten(1)[:, :dim]}


def by_reference(arrays: Arrays) -> Arrays:
    return {"out": sinusoidal_positions(int(arrays["length"]), int(arrays["dim"]), float(arrays["base"]))}
