"""rope against a product of complex numbers: a turn by an angle is a multiplication by e^(i angle)."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.rope import RotaryEmbedding

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Both kinds of pairs, with positions of their own and without."""

    def draw(interleaved: bool, *shape: int) -> Arrays:
        return {name: rng.normal(size=shape) for name in ("x", "d_out")} | {"interleaved": np.array(interleaved)}

    return {
        "halves": draw(False, 2, 3, 6),
        "interleaved": draw(True, 2, 3, 6),
        "positions": draw(False, 4, 4) | {"positions": np.array([7, 100, 3, 0]), "base": np.array(500.0)},
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x = torch.tensor(arrays["x"], requires_grad=True)
    length, features = x.shape[-2:]
    positions = torch.tensor(arrays["positions"]) if "positions" in arrays else torch.arange(length)
    exponents = torch.arange(0, features, 2, dtype=torch.float64) / features
    angles = torch.outer(positions.double(), float(arrays.get("base", 10000.0)) ** -exponents)
    turn = torch.polar(torch.ones_like(angles), angles)
    if arrays["interleaved"]:
        out = torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (-1, 2))) * turn).flatten(-2)
    else:
        a, b = x.chunk(2, dim=-1)
        turned = torch.complex(a, b) * turn
        out = torch.cat([turned.real, turned.imag], dim=-1)
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_x": x.grad}


def by_reference(arrays: Arrays) -> Arrays:
    base, interleaved = float(arrays.get("base", np.array(10000.0))), bool(arrays["interleaved"])
    layer = RotaryEmbedding(arrays["x"].shape[-1], base, interleaved)
    out = layer.forward(arrays["x"], arrays.get("positions"))
    return {"out": out, "d_x": layer.backward(arrays["d_out"])}
