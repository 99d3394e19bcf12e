"""What is timed of binary cross-entropy: forward and backward with a weight for each of 100 outputs, 256 samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up one batch; the function that comes back is what is timed."""
    loss = solution.BCEWithLogitsLoss(rng.uniform(0.5, 2, size=100))
    logits, targets = rng.normal(size=(256, 100)), rng.uniform(size=(256, 100))

    def run() -> None:
        loss.forward(logits, targets)
        loss.backward()

    return run
