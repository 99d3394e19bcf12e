"""clip-gradients against `torch.nn.utils.clip_grad_norm_`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.clip_gradients import clip_grad_norm

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A limit below the norm, and one above it."""
    grads = {"a": rng.normal(size=(2, 3)), "b": rng.normal(size=3)}
    return {name: grads | {"max_norm": np.array(limit)} for name, limit in (("clipped", 0.7), ("shorter", 50.0))}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    params = {name: torch.zeros(arrays[name].shape, requires_grad=True) for name in ("a", "b")}
    for name, param in params.items():
        param.grad = torch.tensor(arrays[name])
    norm = torch.nn.utils.clip_grad_norm_(params.values(), float(arrays["max_norm"]))
    return {"norm": norm} | {name: param.grad for name, param in params.items()}


def by_reference(arrays: Arrays) -> Arrays:
    grads = {name: arrays[name].copy() for name in ("a", "b")}
    norm = clip_grad_norm(list(grads.values()), float(arrays["max_norm"]))
    return {"norm": np.asarray(norm)} | grads
