"""conv2d against `torch.nn.functional.conv2d`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.conv2d import Conv2d

Arrays = dict[str, np.ndarray]

PARAMETERS = ("weight", "bias")


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """No padding; a stride that does not divide, padding and a kernel that is not square."""
    sizes = {"plain": (1, 0, (2, 2), (3, 3)), "strided": (2, 1, (3, 2), (2, 3))}
    return {
        name: {
            "x": rng.normal(size=(2, 2, 4, 4)),
            "weight": rng.normal(size=(3, 2, *kernel)),
            "bias": rng.normal(size=3),
            "d_out": rng.normal(size=(2, 3, *out)),
            "stride": np.array(stride),
            "padding": np.array(padding),
        }
        for name, (stride, padding, kernel, out) in sizes.items()
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    t = {name: torch.tensor(arrays[name], requires_grad=True) for name in ("x", *PARAMETERS)}
    out = torch.nn.functional.conv2d(*t.values(), stride=int(arrays["stride"]), padding=int(arrays["padding"]))
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out} | {f"d_{name}": value.grad for name, value in t.items()}


def by_reference(arrays: Arrays) -> Arrays:
    kh, kw = arrays["weight"].shape[2:]
    layer = Conv2d(2, 3, (kh, kw), int(arrays["stride"]), int(arrays["padding"]))
    for name in PARAMETERS:
        setattr(layer, name, arrays[name])
    out = layer.forward(arrays["x"])
    gradients = zip(("x", *PARAMETERS), layer.backward(arrays["d_out"]), strict=True)
    return {"out": out} | {f"d_{name}": value for name, value in gradients}
