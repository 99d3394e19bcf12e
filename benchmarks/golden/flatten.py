"""flatten against `torch.nn.Flatten`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.flatten import Flatten

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A batch of small images."""
    x = rng.normal(size=(2, 3, 2, 2))
    return {"images": {"x": x, "d_out": rng.normal(size=(2, 12))}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x = torch.tensor(arrays["x"], requires_grad=True)
    out = torch.nn.Flatten()(x)
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_x": x.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = Flatten()
    return {"out": layer.forward(arrays["x"]), "d_x": layer.backward(arrays["d_out"])}
