"""batchnorm1d against `torch.nn.functional.batch_norm`, in training and in evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.batchnorm1d import BatchNorm1d

Arrays = dict[str, np.ndarray]

PARAMETERS = ("gamma", "beta")
STATE = ("running_mean", "running_var")


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Training and evaluation, with running statistics that are not those of the start."""
    return {
        name: {
            "x": rng.normal(size=(4, 2)),
            "gamma": rng.normal(size=2),
            "beta": rng.normal(size=2),
            "running_mean": rng.normal(size=2),
            "running_var": rng.uniform(0.5, 2.0, 2),
            "d_out": rng.normal(size=(4, 2)),
            "training": np.array(name == "training"),
        }
        for name in ("training", "evaluation")
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    t = {name: torch.tensor(arrays[name], requires_grad=True) for name in ("x", *PARAMETERS)}
    state = {name: torch.tensor(arrays[name]) for name in STATE}
    out = torch.nn.functional.batch_norm(
        t["x"], *state.values(), t["gamma"], t["beta"], training=bool(arrays["training"]), momentum=0.1, eps=1e-5
    )
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out} | state | {f"d_{name}": value.grad for name, value in t.items()}


def by_reference(arrays: Arrays) -> Arrays:
    layer = BatchNorm1d(2)
    for name in (*PARAMETERS, *STATE):
        setattr(layer, name, arrays[name].copy())
    out = layer.forward(arrays["x"], training=bool(arrays["training"]))
    gradients = zip(("x", *PARAMETERS), layer.backward(arrays["d_out"]), strict=True)
    state = {name: getattr(layer, name) for name in STATE}
    return {"out": out} | state | {f"d_{name}": value for name, value in gradients}
