"""What is timed of sampling: all three filters on 16 rows of 8,000 logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Draw the logits; the function that comes back is what is timed."""
    logits = 3.0 * rng.normal(size=(16, 8000))

    def run() -> None:
        solution.filter_probabilities(logits, 0.8, 500, 0.9)

    return run
