"""causal-lm-loss against `torch.nn.functional.cross_entropy` with `ignore_index`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.causal_lm_loss import CausalLMLoss

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Every label counts; unlike counts in each row, one of them none; large logits."""
    labels = rng.integers(0, 5, size=(3, 4))
    some = labels.copy()
    some[0, :2], some[1, 3], some[2] = -100, -100, -100
    return {
        "all": {"logits": rng.normal(size=(3, 4, 5)), "labels": labels},
        "some": {"logits": rng.normal(size=(3, 4, 5)), "labels": some},
        "large": {"logits": rng.choice([-1e4, 0.0, 1e4], size=(3, 4, 5)), "labels": some},
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    logits, labels = torch.tensor(arrays["logits"], requires_grad=True), torch.tensor(arrays["labels"])
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100)
    loss.backward()
    return {"loss": loss, "d_logits": logits.grad}


def by_reference(arrays: Arrays) -> Arrays:
    loss = CausalLMLoss()
    return {"loss": np.asarray(loss.forward(arrays["logits"], arrays["labels"])), "d_logits": loss.backward()}
