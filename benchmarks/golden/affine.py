"""affine against `torch.nn.functional.linear` of flattened samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.affine import Affine

Arrays = dict[str, np.ndarray]

PARAMETERS = (
    "weight",
    "bias",
)


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Three samples of shape (2, 2)."""
    shapes = {"x": (3, 2, 2), "weight": (4, 2), "bias": (2,), "d_out": (3, 2)}
    return {"plain": {name: rng.normal(size=shape) for name, shape in shapes.items()}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    t = {name: torch.tensor(arrays[name], requires_grad=True) for name in ("x", *PARAMETERS)}
    out = torch.nn.functional.linear(t["x"].flatten(1), t["weight"].T, t["bias"])
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out} | {f"d_{name}": value.grad for name, value in t.items()}


def by_reference(arrays: Arrays) -> Arrays:
    layer = Affine(4, 2)
    for name in PARAMETERS:
        setattr(layer, name, arrays[name])
    out = layer.forward(arrays["x"])
    gradients = zip(("x", *PARAMETERS), layer.backward(arrays["d_out"]), strict=True)
    return {"out": out} | {f"d_{name}": value for name, value in gradients}
