"""momentum against `torch.optim.SGD`, which is the same for a constant rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.momentum import Momentum

Arrays = dict[str, np.ndarray]

STEPS = 5


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Five steps of a matrix and a vector."""
    shapes = {"a": (2, 3), "b": (3,)}
    grads = {f"grad_{name}": rng.normal(size=(STEPS, *shape)) for name, shape in shapes.items()}
    return {"plain": {name: rng.normal(size=shape) for name, shape in shapes.items()} | grads}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    params = {name: torch.tensor(arrays[name], requires_grad=True) for name in ("a", "b")}
    optimiser = torch.optim.SGD(params.values(), lr=0.1, momentum=0.8)
    for i in range(STEPS):
        for name, param in params.items():
            param.grad = torch.tensor(arrays[f"grad_{name}"][i])
        optimiser.step()
    return params


def by_reference(arrays: Arrays) -> Arrays:
    params = {name: arrays[name].copy() for name in ("a", "b")}
    optimiser = Momentum(list(params.values()), lr=0.1, momentum=0.8)
    for i in range(STEPS):
        optimiser.step([arrays[f"grad_{name}"][i] for name in params])
    return params
