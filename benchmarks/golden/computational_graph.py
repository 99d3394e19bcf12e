"""computational-graph against products and sums under autograd."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.computational_graph import AddLayer, MulLayer

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Arrays of two axes."""
    return {"plain": {name: rng.normal(size=(2, 3)) for name in ("x", "y", "d_out")}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, operation in (("mul", torch.mul), ("add", torch.add)):
        x, y = (torch.tensor(arrays[key], requires_grad=True) for key in ("x", "y"))
        out = operation(x, y)
        out.backward(torch.tensor(arrays["d_out"]))
        values |= {name: out, f"{name} d_x": x.grad, f"{name} d_y": y.grad}
    return values


def by_reference(arrays: Arrays) -> Arrays:
    values: Arrays = {}
    for name, layer in (("mul", MulLayer()), ("add", AddLayer())):
        out = layer.forward(arrays["x"], arrays["y"])
        d_x, d_y = layer.backward(arrays["d_out"])
        values |= {name: np.asarray(out), f"{name} d_x": np.asarray(d_x), f"{name} d_y": np.asarray(d_y)}
    return values
