"""lora against `torch.nn.functional.linear` and two matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.lora import LoRALinear

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A batch with a bias, two leading axes without one; the rank is never alpha."""

    def draw(*leading: int, bias: bool) -> Arrays:
        shapes = {"x": (*leading, 4), "weight": (4, 3), "lora_a": (4, 2), "lora_b": (2, 3), "d_out": (*leading, 3)}
        drawn = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        return drawn | {"alpha": np.array(5.0)} | ({"bias": rng.normal(size=3)} if bias else {})

    return {"bias": draw(3, bias=True), "no bias": draw(2, 3, bias=False)}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x, a, b = (torch.tensor(arrays[name], requires_grad=True) for name in ("x", "lora_a", "lora_b"))
    weight, bias = torch.tensor(arrays["weight"]), torch.tensor(arrays["bias"]) if "bias" in arrays else None
    scale = float(arrays["alpha"]) / a.shape[1]
    out = torch.nn.functional.linear(x, weight.T, bias) + scale * (x @ a @ b)
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_x": x.grad, "d_lora_a": a.grad, "d_lora_b": b.grad, "merged": weight + scale * (a @ b)}


def by_reference(arrays: Arrays) -> Arrays:
    layer = LoRALinear(arrays["weight"], arrays.get("bias"), rank=2, alpha=float(arrays["alpha"]))
    layer.lora_a, layer.lora_b = arrays["lora_a"], arrays["lora_b"]
    out = layer.forward(arrays["x"])
    d_x, d_lora_a, d_lora_b = layer.backward(arrays["d_out"])
    return {"out": out, "d_x": d_x, "d_lora_a": d_lora_a, "d_lora_b": d_lora_b, "merged": layer.merge()}
