"""grouped-conv2d against `torch.nn.functional.conv2d` with `groups`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.grouped_conv2d import Conv2d

Arrays = dict[str, np.ndarray]
# in_channels, out_channels, kernel_size, stride, padding, groups
LAYERS = {"two groups": (4, 6, 3, 1, 0, 2), "depthwise": (3, 6, 2, 2, 1, 3)}


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Two groups, and a depthwise layer with stride and padding."""
    found = {}
    for name, sizes in LAYERS.items():
        layer = Conv2d(*sizes)
        x = rng.normal(size=(2, sizes[0], 5, 4))
        found[name] = {
            "sizes": np.array(sizes),
            "x": x,
            "weight": rng.normal(size=layer.weight.shape),
            "bias": rng.normal(size=layer.bias.shape),
            "d_out": rng.normal(size=layer.forward(x).shape),
        }
    return found


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x, weight, bias = (torch.tensor(arrays[name], requires_grad=True) for name in ("x", "weight", "bias"))
    stride, padding, groups = (int(size) for size in arrays["sizes"][3:])
    out = torch.nn.functional.conv2d(x, weight, bias, stride=stride, padding=padding, groups=groups)
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_x": x.grad, "d_weight": weight.grad, "d_bias": bias.grad}


def by_reference(arrays: Arrays) -> Arrays:
    channels, kernels, kernel_size, stride, padding, groups = (int(size) for size in arrays["sizes"])
    layer = Conv2d(channels, kernels, kernel_size, stride, padding, groups)
    layer.weight, layer.bias = arrays["weight"], arrays["bias"]
    out = layer.forward(arrays["x"])
    return {"out": out, **dict(zip(("d_x", "d_weight", "d_bias"), layer.backward(arrays["d_out"]), strict=True))}
