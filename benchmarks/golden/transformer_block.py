"""transformer-block against `torch.nn.TransformerEncoderLayer` with the norm first and exact GELU."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.transformer_block import TransformerBlock

Arrays = dict[str, np.ndarray]
EMBED_DIM, HIDDEN_DIM, HEADS = 4, 6, 2
SHAPES: dict[str, tuple[int, ...]] = dict.fromkeys(("gamma1", "beta1", "gamma2", "beta2", "b2"), (EMBED_DIM,))
SHAPES |= dict.fromkeys(("w_q", "w_k", "w_v", "w_o"), (EMBED_DIM, EMBED_DIM))
SHAPES |= {"w1": (EMBED_DIM, HIDDEN_DIM), "b1": (HIDDEN_DIM,), "w2": (HIDDEN_DIM, EMBED_DIM)}


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Without a mask and causal, parameters of the size 1."""

    def draw() -> Arrays:
        arrays = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
        return arrays | {name: rng.normal(size=(2, 3, EMBED_DIM)) for name in ("x", "d_out")}

    return {"plain": draw(), "causal": draw() | {"mask": np.tri(3, dtype=bool)}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    layer = torch.nn.TransformerEncoderLayer(
        EMBED_DIM, HEADS, HIDDEN_DIM, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    attention = layer.self_attn
    names = {
        "gamma1": layer.norm1.weight,
        "beta1": layer.norm1.bias,
        "w_o": attention.out_proj.weight,
        "gamma2": layer.norm2.weight,
        "beta2": layer.norm2.bias,
        "w1": layer.linear1.weight,
        "b1": layer.linear1.bias,
        "w2": layer.linear2.weight,
        "b2": layer.linear2.bias,
    }
    with torch.no_grad():
        for name, parameter in names.items():
            parameter.copy_(torch.tensor(arrays[name].T))
        attention.in_proj_weight.copy_(torch.cat([torch.tensor(arrays[name].T) for name in ("w_q", "w_k", "w_v")]))
        attention.in_proj_bias.zero_()
        attention.out_proj.bias.zero_()
    x = torch.tensor(arrays["x"], requires_grad=True)
    out = layer(x, src_mask=~torch.tensor(arrays["mask"]) if "mask" in arrays else None)
    out.backward(torch.tensor(arrays["d_out"]))
    projections = zip(("w_q", "w_k", "w_v"), attention.in_proj_weight.grad.chunk(3), strict=True)
    grads = {name: parameter.grad for name, parameter in names.items()} | dict(projections)
    return {"out": out, "d_x": x.grad} | {f"d_{name}": grad.T if grad.ndim == 2 else grad for name, grad in grads.items()}


def by_reference(arrays: Arrays) -> Arrays:
    block = TransformerBlock(EMBED_DIM, HEADS, HIDDEN_DIM)
    assert {name: value.shape for name, value in block.params.items()} == SHAPES
    block.params = {name: arrays[name] for name in SHAPES}
    out = block.forward(arrays["x"], arrays.get("mask"))
    d_x, grads = block.backward(arrays["d_out"])
    return {"out": out, "d_x": d_x} | {f"d_{name}": grad for name, grad in grads.items()}
