"""relu against `torch.nn.functional.relu`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.relu import ReLU

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A matrix, and more axes."""
    shapes = {"matrix": (3, 4), "three axes": (2, 2, 3)}
    return {name: {"x": rng.normal(size=shape), "d_out": rng.normal(size=shape)} for name, shape in shapes.items()}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x = torch.tensor(arrays["x"], requires_grad=True)
    out = torch.nn.functional.relu(x)
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_x": x.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = ReLU()
    return {"out": layer.forward(arrays["x"]), "d_x": layer.backward(arrays["d_out"])}
