"""attention against `torch.nn.functional.scaled_dot_product_attention`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.attention import ScaledDotProductAttention

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """No mask, one mask for a whole batch with an empty row, and no leading axis."""

    def draw(*leading: int) -> Arrays:
        shapes = {"q": (3, 4), "k": (5, 4), "v": (5, 2), "d_out": (3, 2)}
        return {name: rng.normal(size=(*leading, *shape)) for name, shape in shapes.items()}

    mask = rng.random((3, 5)) < 0.6
    mask[1] = False
    return {"plain": draw(1, 2), "masked": draw(2) | {"mask": mask}, "matrices": draw()}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    q, k, v = (torch.tensor(arrays[name], requires_grad=True) for name in ("q", "k", "v"))
    mask = torch.tensor(arrays["mask"]) if "mask" in arrays else None
    out = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_q": q.grad, "d_k": k.grad, "d_v": v.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = ScaledDotProductAttention()
    out = layer.forward(arrays["q"], arrays["k"], arrays["v"], arrays.get("mask"))
    d_q, d_k, d_v = layer.backward(arrays["d_out"])
    return {"out": out, "d_q": d_q, "d_k": d_k, "d_v": d_v}
