"""What is timed of label smoothing: forward and backward, 256 samples of 100 classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up one batch; the function that comes back is what is timed."""
    loss = solution.SmoothedCrossEntropyLoss()
    logits, targets = rng.normal(size=(256, 100)), rng.integers(0, 100, size=256)

    def run() -> None:
        loss.forward(logits, targets)
        loss.backward()

    return run
