"""What is timed of batches: three epochs over 6,000 samples of 64 features, in batches of 32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

RANDOM = True  # what comes back depends on the order of the random draws, which is up to the solution


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up the dataset; the function that comes back is what is timed."""
    batches = solution.Batches(rng.normal(size=(6000, 64)), rng.integers(0, 10, 6000), 32, rng=rng)

    def run() -> None:
        for _ in range(3):
            for _batch in batches:
                pass

    return run
