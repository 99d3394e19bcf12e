"""avgpool against `torch.nn.functional.avg_pool2d`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.avgpool import AvgPool2d

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """The stride of the kernel, and overlapping windows; the last row and column are left over."""
    x = rng.normal(size=(1, 2, 5, 5))
    return {
        "default": {"x": x, "d_out": rng.normal(size=(1, 2, 2, 2)), "stride": np.array(2)},
        "overlapping": {"x": x, "d_out": rng.normal(size=(1, 2, 4, 4)), "stride": np.array(1)},
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x = torch.tensor(arrays["x"], requires_grad=True)
    out = torch.nn.functional.avg_pool2d(x, 2, int(arrays["stride"]))
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_x": x.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = AvgPool2d(2, int(arrays["stride"]))
    return {"out": layer.forward(arrays["x"]), "d_x": layer.backward(arrays["d_out"])}
