"""cross-entropy against `torch.nn.functional.cross_entropy`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.cross_entropy import CrossEntropyLoss

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Targets as class indices, and as distributions; logits of some hundreds."""
    logits = rng.normal(size=(4, 3))
    indices = rng.integers(0, 3, 4)
    return {
        "indices": {"logits": logits, "targets": indices},
        "distributions": {"logits": logits, "targets": rng.dirichlet(np.ones(3), 4)},
        "large": {"logits": 300.0 * logits, "targets": indices},
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    logits = torch.tensor(arrays["logits"], requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(arrays["targets"]))
    loss.backward()
    return {"loss": loss, "d_logits": logits.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = CrossEntropyLoss()
    loss = layer.forward(arrays["logits"], arrays["targets"])
    return {"loss": np.asarray(loss), "d_logits": layer.backward()}
