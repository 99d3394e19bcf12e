"""swiglu against `torch.nn.functional.silu` and matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.swiglu import SwiGLU

Arrays = dict[str, np.ndarray]

PARAMETERS = (
    "w1",
    "w2",
    "w3",
)


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A matrix and sequences."""
    shapes = {"matrix": (3, 4), "sequences": (2, 2, 4)}
    return {
        name: {
            "x": rng.normal(size=shape),
            "w1": rng.normal(size=(4, 3)),
            "w2": rng.normal(size=(3, 4)),
            "w3": rng.normal(size=(4, 3)),
            "d_out": rng.normal(size=shape),
        }
        for name, shape in shapes.items()
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    t = {name: torch.tensor(arrays[name], requires_grad=True) for name in ("x", *PARAMETERS)}
    out = (torch.nn.functional.silu(t["x"] @ t["w1"]) * (t["x"] @ t["w3"])) @ t["w2"]
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out} | {f"d_{name}": value.grad for name, value in t.items()}


def by_reference(arrays: Arrays) -> Arrays:
    layer = SwiGLU(4, 3)
    for name in PARAMETERS:
        setattr(layer, name, arrays[name])
    out = layer.forward(arrays["x"])
    gradients = zip(("x", *PARAMETERS), layer.backward(arrays["d_out"]), strict=True)
    return {"out": out} | {f"d_{name}": value for name, value in gradients}
