"""layernorm against `torch.nn.functional.layer_norm`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.layernorm import LayerNorm

Arrays = dict[str, np.ndarray]

PARAMETERS = (
    "gamma",
    "beta",
)


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A matrix, sequences, and rows of two features."""
    shapes = {"matrix": (3, 5), "sequences": (2, 2, 4), "two features": (3, 2)}
    return {
        name: {
            "x": rng.normal(size=shape),
            "gamma": rng.normal(size=shape[-1]),
            "beta": rng.normal(size=shape[-1]),
            "d_out": rng.normal(size=shape),
        }
        for name, shape in shapes.items()
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    t = {name: torch.tensor(arrays[name], requires_grad=True) for name in ("x", *PARAMETERS)}
    out = torch.nn.functional.layer_norm(t["x"], t["gamma"].shape, t["gamma"], t["beta"])
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out} | {f"d_{name}": value.grad for name, value in t.items()}


def by_reference(arrays: Arrays) -> Arrays:
    layer = LayerNorm(arrays["x"].shape[-1])
    for name in PARAMETERS:
        setattr(layer, name, arrays[name])
    out = layer.forward(arrays["x"])
    gradients = zip(("x", *PARAMETERS), layer.backward(arrays["d_out"]), strict=True)
    return {"out": out} | {f"d_{name}": value for name, value in gradients}
