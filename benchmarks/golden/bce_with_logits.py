"""bce-with-logits against `torch.nn.functional.binary_cross_entropy_with_logits`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.bce_with_logits import BCEWithLogitsLoss

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Soft targets with no weight, a number and one for each column; logits at 0 and at ±1e4."""

    def draw(*shape: int) -> Arrays:
        return {"logits": 3 * rng.normal(size=shape), "targets": rng.uniform(size=shape)}

    ends = {"logits": np.array([0.0, 0.0, 1e4, 1e4, -1e4, -1e4]), "targets": np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])}
    return {
        "plain": draw(4, 3),
        "number": draw(2, 2, 3) | {"pos_weight": np.array(2.5)},
        "columns": draw(4, 3) | {"pos_weight": np.array([0.5, 2.0, 3.0])},
        "ends": ends | {"pos_weight": np.array(3.0)},
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    logits, targets = torch.tensor(arrays["logits"], requires_grad=True), torch.tensor(arrays["targets"])
    weight = torch.tensor(arrays["pos_weight"]) if "pos_weight" in arrays else None
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=weight)
    loss.backward()
    return {"loss": loss, "d_logits": logits.grad}


def by_reference(arrays: Arrays) -> Arrays:
    loss = BCEWithLogitsLoss(arrays.get("pos_weight"))
    return {"loss": np.asarray(loss.forward(arrays["logits"], arrays["targets"])), "d_logits": loss.backward()}
