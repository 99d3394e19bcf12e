"""label-smoothing against `torch.nn.functional.cross_entropy` with `label_smoothing`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.label_smoothing import SmoothedCrossEntropyLoss

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """No smoothing, a little, nothing but smoothing; two classes; large logits."""

    def draw(smoothing: float, classes: int = 4) -> Arrays:
        logits, targets = rng.normal(size=(5, classes)), rng.integers(0, classes, size=5)
        return {"logits": logits, "targets": targets, "smoothing": np.array(smoothing)}

    large = draw(0.1) | {"logits": rng.choice([-1e4, 0.0, 1e4], size=(5, 4))}
    return {"none": draw(0.0), "little": draw(0.1), "full": draw(1.0), "two classes": draw(0.3, 2), "large": large}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    logits, targets = torch.tensor(arrays["logits"], requires_grad=True), torch.tensor(arrays["targets"])
    loss = torch.nn.functional.cross_entropy(logits, targets, label_smoothing=float(arrays["smoothing"]))
    loss.backward()
    return {"loss": loss, "d_logits": logits.grad}


def by_reference(arrays: Arrays) -> Arrays:
    loss = SmoothedCrossEntropyLoss(float(arrays["smoothing"]))
    return {"loss": np.asarray(loss.forward(arrays["logits"], arrays["targets"])), "d_logits": loss.backward()}
