"""kv-cache against `scaled_dot_product_attention` over the whole sequence, rotated by complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.kv_cache import CachedAttention

Arrays = dict[str, np.ndarray]
WEIGHTS = ("w_q", "w_k", "w_v", "w_o")


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Two sequences of six tokens, cut into steps of 3, 1 and 2."""
    arrays = {name: rng.normal(size=(8, 8)) for name in WEIGHTS}
    return {"steps": arrays | {"x": rng.normal(size=(2, 6, 8)), "heads": np.array(2), "steps": np.array([3, 1, 2])}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x = torch.tensor(arrays["x"])
    q, k, v = (
        (x @ torch.tensor(arrays[name])).unflatten(-1, (int(arrays["heads"]), -1)).transpose(1, 2) for name in WEIGHTS[:3]
    )
    exponents = torch.arange(0, q.shape[-1], 2, dtype=torch.float64) / q.shape[-1]
    angles = torch.outer(torch.arange(x.shape[1], dtype=torch.float64), 10000.0**-exponents)
    turn = torch.polar(torch.ones_like(angles), angles)

    def rotate(heads: Any) -> Any:
        turned = torch.complex(*heads.chunk(2, dim=-1)) * turn
        return torch.cat([turned.real, turned.imag], dim=-1)

    heads = torch.nn.functional.scaled_dot_product_attention(rotate(q), rotate(k), v, is_causal=True)
    out = heads.transpose(1, 2).flatten(-2) @ torch.tensor(arrays["w_o"])
    return {"forward": out, "steps": out, "k": rotate(k), "v": v}


def by_reference(arrays: Arrays) -> Arrays:
    layer = CachedAttention(8, int(arrays["heads"]))
    for name in WEIGHTS:
        setattr(layer, name, arrays[name])
    cache, outs = None, []
    for tokens in np.split(arrays["x"], np.cumsum(arrays["steps"])[:-1], axis=1):
        out, cache = layer.step(tokens, cache)
        outs.append(out)
    assert cache is not None
    return {"forward": layer.forward(arrays["x"]), "steps": np.concatenate(outs, axis=1), **cache}
