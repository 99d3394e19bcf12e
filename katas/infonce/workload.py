"""What is timed of InfoNCE: forward and backward, 128 pairs of 64 features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up one batch; the function that comes back is what is timed."""
    loss = solution.InfoNCELoss()
    a, b = rng.normal(size=(128, 64)), rng.normal(size=(128, 64))

    def run() -> None:
        loss.forward(a, b)
        loss.backward()

    return run
