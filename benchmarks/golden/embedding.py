"""embedding against `torch.nn.functional.embedding`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.embedding import Embedding

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Ids that repeat, without a padding row and with one; -1 stands for none."""
    return {
        name: {
            "ids": np.array([[1, 3, 3], [0, 3, 1]]),
            "weight": rng.normal(size=(5, 2)),
            "d_out": rng.normal(size=(2, 3, 2)),
            "padding_idx": np.array(padding_idx),
        }
        for name, padding_idx in (("plain", -1), ("padding", 3))
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    weight = torch.tensor(arrays["weight"], requires_grad=True)
    out = torch.nn.functional.embedding(torch.tensor(arrays["ids"]), weight, padding_idx=_padding_idx(arrays))
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_weight": weight.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = Embedding(5, 2, _padding_idx(arrays))
    layer.weight = arrays["weight"]
    return {"out": layer.forward(arrays["ids"]), "d_weight": layer.backward(arrays["d_out"])}


def _padding_idx(arrays: Arrays) -> int | None:
    given = int(arrays["padding_idx"])
    return None if given < 0 else given
