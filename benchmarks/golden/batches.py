"""batches against `torch.utils.data.DataLoader` without shuffle."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.batches import Batches

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A short last batch, kept and dropped, and batches that fit."""
    sizes = {"short": (7, 3, False), "dropped": (7, 3, True), "whole": (6, 3, True)}
    return {
        name: {"x": rng.normal(size=(count, 2)), "y": rng.integers(0, 5, count), "options": np.array([size, drop_last])}
        for name, (count, size, drop_last) in sizes.items()
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    size, drop_last = arrays["options"].tolist()
    data = torch.utils.data.TensorDataset(torch.tensor(arrays["x"]), torch.tensor(arrays["y"]))
    loader = torch.utils.data.DataLoader(data, batch_size=size, drop_last=bool(drop_last))
    batches = [part for batch in loader for part in batch]
    return {"length": torch.tensor(len(loader))} | {f"part {i}": part for i, part in enumerate(batches)}


def by_reference(arrays: Arrays) -> Arrays:
    size, drop_last = arrays["options"].tolist()
    loader = Batches(arrays["x"], arrays["y"], size, shuffle=False, drop_last=bool(drop_last))
    batches = [part for batch in loader for part in batch]
    return {"length": np.array(len(loader))} | {f"part {i}": part for i, part in enumerate(batches)}
