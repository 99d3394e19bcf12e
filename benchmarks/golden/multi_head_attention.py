"""multi-head-attention against `torch.nn.MultiheadAttention` without biases, whose mask means the opposite."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.multi_head_attention import MultiHeadAttention

Arrays = dict[str, np.ndarray]
WEIGHTS = ("w_q", "w_k", "w_v", "w_o")
EMBED_DIM = 4


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Self-attention, plain and causal, and attention to a context with padding."""

    def draw(heads: int, **lengths: int) -> Arrays:
        arrays = {name: rng.normal(size=(2, length, EMBED_DIM)) for name, length in lengths.items()}
        arrays |= {name: rng.normal(size=(EMBED_DIM, EMBED_DIM)) for name in WEIGHTS}
        return arrays | {"heads": np.array(heads)}

    return {
        "self": draw(2, x=3, d_out=3),
        "causal": draw(4, x=3, d_out=3) | {"mask": np.tri(3, dtype=bool)},
        "context": draw(2, x=3, context=5, d_out=3) | {"mask": np.arange(5) < np.array([[[5]], [[2]]])},
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    heads = int(arrays["heads"])
    layer = torch.nn.MultiheadAttention(EMBED_DIM, heads, bias=False, batch_first=True)
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.cat([torch.tensor(arrays[name]).T for name in WEIGHTS[:3]]))
        layer.out_proj.weight.copy_(torch.tensor(arrays["w_o"]).T)
    inputs = {name: torch.tensor(arrays[name], requires_grad=True) for name in ("x", "context") if name in arrays}
    x, source = inputs["x"], inputs.get("context", inputs["x"])
    mask = None
    if "mask" in arrays:
        allowed = torch.tensor(arrays["mask"]).broadcast_to(len(x), x.shape[1], source.shape[1])
        mask = ~allowed.repeat_interleave(heads, dim=0)
    out, _ = layer(x, source, source, attn_mask=mask)
    out.backward(torch.tensor(arrays["d_out"]))
    d_q, d_k, d_v = layer.in_proj_weight.grad.chunk(3)
    gradients = {f"d_{name}": value.grad for name, value in inputs.items()}
    return {"out": out, **gradients, "d_w_q": d_q.T, "d_w_k": d_k.T, "d_w_v": d_v.T, "d_w_o": layer.out_proj.weight.grad.T}


def by_reference(arrays: Arrays) -> Arrays:
    layer = MultiHeadAttention(EMBED_DIM, int(arrays["heads"]))
    for name in WEIGHTS:
        setattr(layer, name, arrays[name])
    inputs = [name for name in ("x", "context") if name in arrays]
    out = layer.forward(arrays["x"], arrays.get("context"), arrays.get("mask"))
    gradients = layer.backward(arrays["d_out"])
    return {"out": out} | {f"d_{name}": value for name, value in zip([*inputs, *WEIGHTS], gradients, strict=True)}
