"""sampling against `torch.topk` and a cumulative sum over `torch.sort`: PyTorch has no sampler to compare with."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.sampling import filter_probabilities

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Temperature, top-k and top-p, alone and together, on rows without ties."""
    arguments = {"temperature": (0.7, 8, 1.0), "top_k": (1.0, 3, 1.0), "top_p": (1.0, 8, 0.8), "all": (1.6, 5, 0.7)}
    return {
        name: {"logits": rng.normal(size=(2, 3, 8)), "arguments": np.array(values)} for name, values in arguments.items()
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    temperature, top_k, top_p = arrays["arguments"].tolist()
    logits = torch.tensor(arrays["logits"]) / temperature
    kept = torch.full_like(logits, -torch.inf)
    best = torch.topk(logits, int(top_k))
    kept.scatter_(-1, best.indices, best.values)
    mass, order = torch.softmax(kept, dim=-1).sort(dim=-1, descending=True)
    drop = mass.cumsum(dim=-1).roll(1, dims=-1) >= top_p
    drop[..., 0] = False
    kept.masked_fill_(torch.zeros_like(drop).scatter(-1, order, drop), -torch.inf)
    return {"probabilities": torch.softmax(kept, dim=-1)}


def by_reference(arrays: Arrays) -> Arrays:
    temperature, top_k, top_p = arrays["arguments"].tolist()
    return {"probabilities": filter_probabilities(arrays["logits"], temperature, int(top_k), top_p)}
