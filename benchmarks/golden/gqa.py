"""gqa against `torch.nn.functional.scaled_dot_product_attention` with `enable_gqa`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.gqa import GroupedQueryAttention

Arrays = dict[str, np.ndarray]
WEIGHTS = ("w_q", "w_k", "w_v", "w_o")


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Two key/value heads for four query heads with no mask, and a single one with a mask that has an empty row."""

    def draw(kv_heads: int, **mask: np.ndarray) -> Arrays:
        shapes = {"x": (2, 3, 8), "w_q": (8, 8), "w_k": (8, 2 * kv_heads), "w_v": (8, 2 * kv_heads), "w_o": (8, 8)}
        drawn = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        return {**drawn, "d_out": rng.normal(size=(2, 3, 8)), "kv_heads": np.array(kv_heads), **mask}

    mask = rng.random((2, 3, 3)) < 0.6
    mask[1, 2] = False
    return {
        "two groups": draw(2),
        "multi-query": draw(1, mask=mask),
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x, w_q, w_k, w_v, w_o = (torch.tensor(arrays[name], requires_grad=True) for name in ("x", *WEIGHTS))
    q, k, v = ((x @ w).unflatten(-1, (-1, 2)).transpose(1, 2) for w in (w_q, w_k, w_v))
    mask = torch.tensor(arrays["mask"]).expand(2, 3, 3)[:, None] if "mask" in arrays else None
    heads = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
    out = heads.transpose(1, 2).flatten(2) @ w_o
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_x": x.grad, "d_w_q": w_q.grad, "d_w_k": w_k.grad, "d_w_v": w_v.grad, "d_w_o": w_o.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = GroupedQueryAttention(8, 4, int(arrays["kv_heads"]))
    for name in WEIGHTS:
        setattr(layer, name, arrays[name])
    out = layer.forward(arrays["x"], arrays.get("mask"))
    return {
        "out": out,
        **dict(zip(("d_x", "d_w_q", "d_w_k", "d_w_v", "d_w_o"), layer.backward(arrays["d_out"]), strict=True)),
    }
